using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>
/// What a server says of its health: the one source of <c>/health</c>, <c>Debug.Health</c>, gRPC's health service and the
/// health checks of ASP.NET Core.
/// </summary>
/// <param name="IsReady">Whether it serves and its callers can find it.</param>
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

    /// <summary>For how long the registry has not confirmed what the client beside the server calls by; zero while it does.</summary>
    public TimeSpan SnapshotAge { get; init; }

    /// <summary>
    /// Whether it lives on what it knows: the registry is away, but callers still find it and it still finds others. That
    /// is no reason to take it out of use.
    /// </summary>
    public bool IsDegraded => IsReady && (Error is not null || Registration is Lost || SnapshotAge > SnapshotGrace);
}
