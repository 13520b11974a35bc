using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>
/// The health of a server: the single source of <c>/health</c>, <c>Debug.Health</c>, gRPC's health service and the health
/// checks of ASP.NET Core.
/// </summary>
/// <param name="IsReady"><see langword="true"/> unless it drains, its check fails, or the registry answers and does not hold the record.</param>
/// <param name="Registration">The state of its registration.</param>
/// <param name="Error">The last failure, without secrets.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HealthReport(bool IsReady, string Registration, string? Error)
{
    public const string Lost = "lost";

    /// <summary>A watch that is reopened within this time is not reported.</summary>
    public static readonly TimeSpan SnapshotGrace = TimeSpan.FromSeconds(5);

    /// <summary>Gets the wall clock time at which the registry last confirmed the registration.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>
    /// Gets the address from which another process registered the same node id within the last ten minutes;
    /// <see langword="null"/> without a conflict.
    /// </summary>
    public string? Conflict { get; init; }

    /// <summary>Gets the time since the registry last confirmed the nodes that the service's client uses; zero while it does.</summary>
    public TimeSpan SnapshotAge { get; init; }

    /// <summary>
    /// Gets a value indicating whether it works without the registry, which does not answer. It stays ready.
    /// </summary>
    public bool IsDegraded => IsReady && (Error is not null || Registration is Lost || SnapshotAge > SnapshotGrace);
}
