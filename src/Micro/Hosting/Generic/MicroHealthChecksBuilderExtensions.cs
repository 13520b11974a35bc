using Micro.Hosting.Generic;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of Micro services to the health checks of ASP.NET Core.</summary>
public static class MicroHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that reports what <c>/health</c> on the service's own port reports. Healthy: registered, and its view of
    /// the registry is fresh. Degraded: the registry does not answer, for however long. Unhealthy: not listening, draining,
    /// the register check fails, or the registry answers and does not hold the record. Do not use this check as a liveness
    /// probe.
    /// </summary>
    /// <param name="builder">The checks.</param>
    /// <param name="key">Key of the service; <see langword="null"/> for the one without.</param>
    /// <param name="name">Name of the check; default is <c>micro</c>, or <c>micro:key</c>.</param>
    /// <param name="failureStatus">What counts as failed; default is <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags beside <c>micro</c>; default is <c>ready</c>.</param>
    /// <returns>The checks.</returns>
    public static IHealthChecksBuilder AddMicro(
        this IHealthChecksBuilder builder,
        string? key = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var registration = new MicroRegistration(key);
        return builder.Add(new HealthCheckRegistration(
            name ?? (key is null ? "micro" : $"micro:{key}"),
            provider => new MicroHealthCheck(registration.Get(provider)),
            failureStatus,
            [.. tags ?? ["ready"], ApplicationHealth.OwnTag]));
    }
}
