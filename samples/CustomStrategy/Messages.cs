namespace CustomStrategySample;

internal sealed record Question;

internal sealed record Answer(string Node = "");
