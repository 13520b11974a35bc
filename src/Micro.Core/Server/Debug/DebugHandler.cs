using Micro.Server.Handlers;
using Microsoft.AspNetCore.Authorization;

namespace Micro.Server.Debug;

/// <summary>Health and statistics of a server for go-micro's debug clients; callable, not advertised.</summary>
internal static class DebugHandler
{
    public const string Name = "Debug";

    /// <summary>Requires an authenticated caller where authentication is on, whatever the default for handlers is.</summary>
    public static readonly IReadOnlyList<Attribute> Attributes = [new AuthorizeAttribute()];

    /// <param name="statistics">The statistics of the server.</param>
    /// <param name="isHealthy">Returns whether the server can serve; called for each request.</param>
    /// <param name="interceptors">Interceptors of the server.</param>
    public static IReadOnlyList<EndpointInvoker> Create(
        ServerStatistics statistics,
        Func<bool> isHealthy,
        IReadOnlyList<IHandlerInterceptor> interceptors) =>
        [
            EndpointInvokers.Unary<HealthRequest, HealthResponse>(
                $"{Name}.Health",
                (_, _) => ValueTask.FromResult(new HealthResponse { Status = isHealthy() ? "ok" : "unhealthy" }),
                null,
                interceptors,
                isInternal: true,
                attributes: Attributes),
            EndpointInvokers.Unary<StatsRequest, StatsResponse>(
                $"{Name}.Stats",
                (_, _) => ValueTask.FromResult(Read(statistics)),
                null,
                interceptors,
                isInternal: true,
                attributes: Attributes),
        ];

    /// <summary>Returns current values; go-micro returns its oldest sample.</summary>
    private static StatsResponse Read(ServerStatistics statistics) => new()
    {
        Timestamp = (ulong)statistics.Now.ToUnixTimeSeconds(),
        Started = (ulong)statistics.Started.ToUnixTimeSeconds(),
        Uptime = (ulong)statistics.Uptime.TotalSeconds,
        Memory = (ulong)GC.GetTotalMemory(forceFullCollection: false),
        Threads = (ulong)ThreadPool.ThreadCount,
        Gc = (ulong)GC.GetTotalPauseDuration().TotalNanoseconds,
        Requests = (ulong)statistics.Requests,
        Errors = (ulong)statistics.Errors,
    };
}
