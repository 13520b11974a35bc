namespace Micro.Telemetry;

/// <summary>Listeners hear the whole process: these tests run one by one, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryCollection
{
    public const string Name = "telemetry";
}
