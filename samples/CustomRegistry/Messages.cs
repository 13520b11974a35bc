namespace CustomRegistrySample;

internal sealed record HelloRequest(string Name = "");

internal sealed record HelloResponse(string Msg = "");
