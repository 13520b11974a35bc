using Microsoft.Extensions.Diagnostics.HealthChecks;
using HealthReport = Micro.Server.HealthReport;

namespace Micro.Hosting.Generic;

/// <summary>The result of <c>/health</c> on the service's port, as a health check of ASP.NET Core.</summary>
internal sealed class MicroHealthCheck(MicroService service) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (service.Problems.Count > 0)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "wrong configuration"));
        }

        var report = service.Health();
        var status = report.IsDegraded ? HealthStatus.Degraded : report.IsReady ? HealthStatus.Healthy : context.Registration.FailureStatus;
        return Task.FromResult(new HealthCheckResult(status, Describe(report), data: Data(report)));
    }

    private string Describe(HealthReport report)
    {
        var silence = report.SnapshotAge > HealthReport.SnapshotGrace
            ? $", others are found as they were {report.SnapshotAge:c} ago"
            : "";
        return $"{service.Name}: {report.Registration}{(report.Error is null ? "" : $" ({report.Error})")}{silence}";
    }

    private Dictionary<string, object> Data(HealthReport report)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["service"] = service.Name,
            ["registry"] = service.Registry.Name,
            ["registration"] = report.Registration,
            ["snapshot_age_seconds"] = report.SnapshotAge.TotalSeconds,
        };
        if (report.ConfirmedAt is { } confirmedAt)
        {
            data["confirmed_at"] = confirmedAt;
        }

        if (report.Conflict is { } other)
        {
            data["same_id_at"] = other;
        }

        if (report.Error is { } error)
        {
            data["error"] = error;
        }

        return data;
    }
}
