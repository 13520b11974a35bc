using Micro.Basics;

namespace Micro.Registry.Kit;

/// <summary>Follows one service, or all, by <see cref="RegistryBase.FollowAsync"/>, and opens it again when it ends.</summary>
internal sealed class FollowedWatch(RegistryBase registry, string? service) : SharedWatch
{
    private readonly FailureRow _failures = new($"The watch of {service ?? "all services"} in registry {registry.Name}", registry.Time, registry.Logger);
    private bool _hasState;

    public override string? Service => service;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var view = new RegistryView(registry, service, Hub, OnState);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await registry.FollowAsync(service, view, cancellationToken).ConfigureAwait(false);
                await PauseAsync(new RegistryUnavailableException(registry.Name, "the watch was ended by the registry"), cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The last reader left.
            }
            catch (Exception exception)
            {
                await PauseAsync(registry.Translate(exception), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void OnState()
    {
        if (_failures.End(out var failures, out var outage) && _hasState)
        {
            KitLog.WatchRecovered(registry.Logger, service ?? "all services", registry.Name, failures, outage);
        }

        _hasState = true;
    }

    private async Task PauseAsync(Exception error, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        var isNews = _failures.Add(error);
        Hub.Fail(error);
        var pause = registry.WatchPause(error, _failures.Count);

        // A watch that has read nothing yet ends with this error, and its reader logs it.
        if (isNews && _hasState)
        {
            KitLog.WatchFailed(registry.Logger, service ?? "all services", registry.Name, _failures.Count, pause, FailureRow.TextOf(error), FailureRow.KindOf(error));
        }

        await registry.WaitUntilReachableAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(pause, registry.Time, cancellationToken).ConfigureAwait(false);
    }
}
