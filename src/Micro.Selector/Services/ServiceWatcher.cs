using Micro.Basics;
using Micro.Registry;
using Micro.Registry.Kit;

namespace Micro.Selection.Services;

/// <summary>Keeps the state of one service in step with the registry, for as long as the service is known.</summary>
internal sealed class ServiceWatcher(ServiceState state, ServiceReader reader, SelectorContext context)
{
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestStart = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestStart = TimeSpan.FromMilliseconds(100);
    private readonly RetryDelay _retry = new(context.Random);
    private readonly FailureRow _failures = new($"The watch of {state.Service}", context.Time, context.Logger);
    private long? _confirmedAt;
    private long? _synchronizedAt;

    public async Task RunAsync(CancellationToken stop)
    {
        // The first read precedes the watch; the watches of many services looked up at once open one after another.
        var start = ShortestStart + ((LongestStart - ShortestStart) * context.Random.NextDouble());
        await Task.Delay(start, context.Time, stop).ConfigureAwait(false);
        while (true)
        {
            Exception error;
            _synchronizedAt = null;
            try
            {
                await WatchAsync(stop).ConfigureAwait(false);
                error = new RegistryUnavailableException(context.Registry.Name, "the registry ended the watch");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception failure)
            {
                // A watch is reopened whatever ended it.
                error = failure;
            }
            finally
            {
                state.Disconnect();
            }

            if (_synchronizedAt is { } since && context.Time.GetElapsedTime(since) >= Healthy)
            {
                _retry.Reset();
            }

            var pause = _retry.Next();
            if (_failures.Add(error))
            {
                SelectorLog.WatchEnded(
                    context.Logger, state.Service, context.Registry.Name, _failures.Count, pause, FailureRow.TextOf(error), FailureRow.KindOf(error));
            }

            context.Metrics.CountWatchRestart(state.Service);
            await Task.Delay(pause, context.Time, stop).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        var initial = RecordSet.Empty;
        await foreach (var change in context.Registry.WatchAsync(state.Service, stop).ConfigureAwait(false))
        {
            if (change.Service is { } service && !string.Equals(service.Name, state.Service, StringComparison.Ordinal))
            {
                continue;
            }

            if (_synchronizedAt is not null)
            {
                await ApplyAsync(change).ConfigureAwait(false);
            }
            else if (change.Kind == RegistryEventKind.Synchronized)
            {
                _synchronizedAt = context.Time.GetTimestamp();
                state.Synchronize(initial);
                if (_failures.End(out var failures, out var outage))
                {
                    SelectorLog.WatchRestored(context.Logger, state.Service, context.Registry.Name, failures, outage);
                }
            }
            else
            {
                initial = initial.Apply(change);
            }
        }
    }

    private async Task ApplyAsync(RegistryEvent change)
    {
        if (state.TryApply(change, confirmed: false))
        {
            return;
        }

        // A burst of removals is confirmed once, not once per node.
        if (_confirmedAt is { } last && context.Time.GetElapsedTime(last) < context.Options.NegativeRetryInterval)
        {
            state.TryApply(change, confirmed: true);
            return;
        }

        _confirmedAt = context.Time.GetTimestamp();
        SelectorLog.MassRemoval(context.Logger, state.Service, context.Registry.Name);
        var outcome = await reader.ReadAgainAsync().ConfigureAwait(false);
        if (outcome.Result == LookupResult.Failed)
        {
            // The nodes stay as they are; a new watch reports the true state once the registry answers again.
            throw outcome.ToException(context.Registry.Name, state.Service);
        }
    }
}
