namespace Micro.Server;

/// <summary>A server that reports details of its health.</summary>
internal interface IReportsHealth
{
    /// <summary>Returns the current health; cheap, for probes.</summary>
    HealthReport Health();
}
