using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>
/// What a server says of its health: the one source of <c>/health</c>, <c>Debug.Health</c>, gRPC's health service and the
/// health checks of ASP.NET Core.
/// </summary>
/// <param name="IsReady"><see langword="true"/> unless it drains, its check fails, or the registry answers and does not hold the record.</param>
/// <param name="Registration">Where it stands with its registration.</param>
/// <param name="Error">What failed last, without secrets.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HealthReport(bool IsReady, string Registration, string? Error)
{
    public const string Lost = "lost";

    /// <summary>A watch that is opened again within this time is no news.</summary>
    public static readonly TimeSpan SnapshotGrace = TimeSpan.FromSeconds(5);

    /// <summary>When the registry last confirmed the registration, by the wall clock.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>
    /// Gets the address from which another process registered the same node id within the last ten minutes;
    /// <see langword="null"/> when that did not happen.
    /// </summary>
    public string? Conflict { get; init; }

    /// <summary>For how long the registry has not confirmed what the client beside the server calls by; zero while it does.</summary>
    public TimeSpan SnapshotAge { get; init; }

    /// <summary>
    /// Gets a value indicating whether it works without the registry, which does not answer. That is no reason to take it
    /// out of use.
    /// </summary>
    public bool IsDegraded => IsReady && (Error is not null || Registration is Lost || SnapshotAge > SnapshotGrace);
}
