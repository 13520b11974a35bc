using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>Traces and measures one operation on a registry.</summary>
internal static class RegistryOperation
{
    /// <summary>Runs a write in a new span, <c>micro.registry.register</c>, and measures it.</summary>
    public static Task RunAsync(string operation, string registry, string service, TimeProvider timeProvider, Func<Task> run) =>
        Instruments.Source.HasListeners() || Instruments.RegistryOperationDuration.Enabled
            ? ObserveAsync(operation, registry, service, timeProvider, run)
            : run();

    /// <summary>Measures an operation that has ended.</summary>
    public static void Measure(string operation, string registry, string service, TimeSpan duration, Exception? error)
    {
        if (!Instruments.RegistryOperationDuration.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            { MicroTelemetry.OperationTag, operation },
            { MicroTelemetry.RegistryTag, registry },
            { MicroTelemetry.ServiceTag, service },
        };
        if (error is not null)
        {
            tags.Add(RpcTags.ErrorType, error.GetType().FullName);
        }

        Instruments.RegistryOperationDuration.Record(duration.TotalSeconds, tags);
    }

    private static async Task ObserveAsync(string operation, string registry, string service, TimeProvider timeProvider, Func<Task> run)
    {
        // The writing loop outlives the trace under which it was started.
        Activity.Current = null;
        var started = timeProvider.GetTimestamp();
        using var activity = Instruments.Source.StartActivity(
            $"micro.registry.{operation}",
            ActivityKind.Client,
            parentContext: default,
            [new(MicroTelemetry.OperationTag, operation), new(MicroTelemetry.RegistryTag, registry), new(MicroTelemetry.ServiceTag, service)]);
        Exception? failure = null;
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            activity?.SetTag(RpcTags.ErrorType, exception.GetType().FullName).SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            Measure(operation, registry, service, timeProvider.GetElapsedTime(started), failure);
        }
    }
}
