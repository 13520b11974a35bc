using Micro.Hosting.Generic;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of Micro services to the health checks of ASP.NET Core.</summary>
public static class MicroHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of each service that reports what <c>/health</c> on the service's own port reports. Healthy: registered, and its view of
    /// the registry is fresh. Degraded: the registry does not answer, for however long. Unhealthy: not listening, draining,
    /// the register check fails, or the registry answers and does not hold the record. Do not use this check as a liveness
    /// probe.
    /// </summary>
    /// <param name="builder">The checks.</param>
    /// <param name="key">Key of the service; <see langword="null"/> for every service of the container, a check each.</param>
    /// <param name="name">Name of the check; default is <c>micro</c>. The check of a service with a key is called <c>name:key</c>, unless the call names both.</param>
    /// <param name="failureStatus">The status of an unhealthy service; default is <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags beside <c>micro</c>; default is <c>ready</c>.</param>
    /// <returns>The checks.</returns>
    /// <remarks>A key that no service has, and a container without services, are errors when the checks are resolved.</remarks>
    public static IHealthChecksBuilder AddMicro(
        this IHealthChecksBuilder builder,
        string? key = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var checks = builder.Services.AddOptions<HealthCheckServiceOptions>();
        string[] allTags = [.. tags ?? ["ready"], ApplicationHealth.OwnTag];
        _ = key is null
            ? checks.PostConfigure<IEnumerable<MicroRegistration>>((options, services) => AddAll(options, [.. services]))
            : checks.Configure<IEnumerable<MicroRegistration>>((options, services) => Add(options, Find([.. services], key), name ?? $"micro:{key}"));
        return builder;

        // After all others: a check that was added for one key keeps its name.
        void AddAll(HealthCheckServiceOptions options, List<MicroRegistration> services)
        {
            if (services.Count == 0)
            {
                throw new InvalidOperationException("health checks for Micro were added, but no service: call builder.Services.AddMicro(…)");
            }

            var prefix = name ?? "micro";
            foreach (var service in services)
            {
                var own = service.Key is null ? prefix : $"{prefix}:{service.Key}";
                if (options.Registrations.All(check => check.Name != own))
                {
                    Add(options, service, own);
                }
            }
        }

        void Add(HealthCheckServiceOptions options, MicroRegistration service, string checkName) =>
            options.Registrations.Add(new HealthCheckRegistration(checkName, provider => new MicroHealthCheck(service.Get(provider)), failureStatus, allTags));
    }

    private static MicroRegistration Find(List<MicroRegistration> services, string key) =>
        services.Find(service => string.Equals(service.Key, key, StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidOperationException($"health check of Micro service '{key}': no service has this key; {MicroRegistration.Describe(services)}");
}
