using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Micro.Hosting.Generic;

/// <summary>The application's own health checks as a register check.</summary>
internal sealed class ApplicationHealth(IServiceProvider provider, Func<HealthCheckRegistration, bool>? which)
{
    /// <summary>Marks the checks of Micro itself.</summary>
    public const string OwnTag = "micro";

    /// <exception cref="InvalidOperationException">A check says unhealthy; the message names those that do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var report = await provider.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => !check.Tags.Contains(OwnTag) && which?.Invoke(check) != false, cancellationToken)
            .ConfigureAwait(false);
        if (report.Status == HealthStatus.Unhealthy)
        {
            var names = report.Entries.Where(static entry => entry.Value.Status == HealthStatus.Unhealthy).Select(static entry => entry.Key);
            throw new InvalidOperationException($"unhealthy: {string.Join(", ", names)}");
        }
    }
}
