namespace Micro.Server;

/// <summary>A server that says more of its health than its state.</summary>
internal interface IReportsHealth
{
    /// <summary>The health now; cheap, asked by probes.</summary>
    HealthReport Health();
}
