namespace Micro.Telemetry;

/// <summary>Listeners receive the spans of the whole process, so these tests run one by one, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryCollection
{
    public const string Name = "telemetry";
}
