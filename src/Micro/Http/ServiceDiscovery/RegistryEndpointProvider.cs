using Micro.Basics;
using Micro.Registry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;

namespace Micro.Http.ServiceDiscovery;

/// <summary>
/// Resolves one service name to the nodes that the registry lists. A watch tells when they change; while the registry does not
/// answer, the nodes that were known last stay. A service that the registry does not know is left to the next provider.
/// </summary>
internal sealed partial class RegistryEndpointProvider(Func<IRegistry> getRegistry, string service, TimeProvider time, ILogger logger) : IServiceEndpointProvider
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _disposing = new();
    private readonly FailureRow _reads = new($"Reading {service}", time, logger);
    private readonly Lock _gate = new();
    private CancellationTokenSource _changed = new();
    private IReadOnlyList<Node> _nodes = [];
    private Task? _watching;

    /// <exception cref="RegistryException">The registry does not answer and no nodes are known.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.Endpoints.Count > 0)
        {
            return; // configuration comes first
        }

        CancellationToken changed;
        lock (_gate)
        {
            _watching ??= Task.Run(WatchAsync, CancellationToken.None);
            changed = _changed.Token;
        }

        var nodes = await ReadAsync(cancellationToken).ConfigureAwait(false);
        endpoints.AddChangeToken(new CancellationChangeToken(changed));
        foreach (var node in nodes)
        {
            if (ServiceEndpoint.TryParse(node.Address, out var endpoint))
            {
                endpoint.Features.Set<IHostNameFeature>(new HostName(service));
                endpoints.Endpoints.Add(endpoint);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        if (_watching is { } watching)
        {
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _disposing.Dispose();
        _changed.Dispose();
    }

    private async Task<IReadOnlyList<Node>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var records = await getRegistry().GetServiceAsync(service, cancellationToken).ConfigureAwait(false);
            NoteAnswer();
            return _nodes = [.. records.SelectMany(static record => record.Nodes)];
        }
        catch (ServiceNotFoundException)
        {
            NoteAnswer();
            return _nodes = [];
        }
        catch (RegistryException exception) when (_nodes.Count > 0)
        {
            if (_reads.Add(exception))
            {
                LogLastKnown(logger, service, _nodes.Count, FailureRow.TextOf(exception), FailureRow.KindOf(exception));
            }

            return _nodes;
        }
    }

    private void NoteAnswer()
    {
        if (_reads.End(out var failures, out var outage))
        {
            LogAnswers(logger, service, failures, outage);
        }
    }

    /// <summary>
    /// Announces the first state, which may be newer than the nodes read before it, and every change after it. A watch that ends is
    /// opened again, and may have missed something.
    /// </summary>
    private async Task WatchAsync()
    {
        var pause = FirstPause;
        while (!_disposing.IsCancellationRequested)
        {
            try
            {
                var isSynchronized = false;
                await foreach (var change in getRegistry().WatchAsync(service, _disposing.Token).ConfigureAwait(false))
                {
                    pause = FirstPause;
                    isSynchronized |= change.Kind == RegistryEventKind.Synchronized;
                    if (isSynchronized)
                    {
                        Announce();
                    }
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogWatchEnded(logger, exception, service);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Announce();
            await Task.Delay(pause, time, _disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Announce()
    {
        CancellationTokenSource changed;
        lock (_gate)
        {
            (changed, _changed) = (_changed, new CancellationTokenSource());
        }

        // Not disposed: resolvers still hold its token, and it has no timer.
        changed.Cancel();
    }

    [LoggerMessage(6060, LogLevel.Warning, "The registry does not answer; {Service} keeps the {Count} nodes that were known last: {Reason} ({Kind})", EventName = "LastKnownNodes")]
    private static partial void LogLastKnown(ILogger logger, string service, int count, string reason, string kind);

    [LoggerMessage(6062, LogLevel.Information, "The registry answers again for {Service}, after {Failures} failures in {Outage}", EventName = "RegistryAnswersAgain")]
    private static partial void LogAnswers(ILogger logger, string service, int failures, ReadableTime outage);

    [LoggerMessage(6061, LogLevel.Debug, "The watch of {Service} ended; it is opened again", EventName = "ServiceDiscoveryWatchEnded")]
    private static partial void LogWatchEnded(ILogger logger, Exception exception, string service);

    private sealed record HostName(string Name) : IHostNameFeature
    {
        string IHostNameFeature.HostName => Name;
    }
}
