using System.Collections.Concurrent;
using System.Diagnostics;

namespace Micro.Registry.Conformance;

/// <summary>A running watch whose events a test takes one by one.</summary>
public sealed class WatchProbe : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RegistryEvent> _events = new();
    private readonly Queue<NodeEvent> _nodes = new();
    private readonly Func<Task> _letTimePass;
    private readonly TimeSpan _patience;

    public WatchProbe(IRegistry registry, string? service, Func<Task> letTimePass, TimeSpan patience)
    {
        _letTimePass = letTimePass;
        _patience = patience;
        Ended = Task.Run(async () =>
        {
            await foreach (var change in registry.WatchAsync(service, _stop.Token))
            {
                _events.Enqueue(change);
            }
        });
    }

    /// <summary>Ends with the enumeration; faults with its error.</summary>
    public Task Ended { get; }

    /// <summary>Whole events as they came, not yet taken.</summary>
    public IReadOnlyCollection<RegistryEvent> Waiting => _events;

    /// <summary>The next node event; fails when none comes in time.</summary>
    public async Task<NodeEvent> NextAsync()
    {
        var clock = Stopwatch.StartNew();
        while (_nodes.Count == 0)
        {
            if (_events.TryDequeue(out var change))
            {
                foreach (var node in NodeEvent.Of(change))
                {
                    _nodes.Enqueue(node);
                }

                continue;
            }

            if (Ended.IsCompleted)
            {
                await Ended;
                throw new InvalidOperationException("the watch ended");
            }

            if (clock.Elapsed > _patience)
            {
                throw new TimeoutException($"no event within {_patience}");
            }

            await _letTimePass();
        }

        return _nodes.Dequeue();
    }

    /// <summary>All node events up to the end of the initial state.</summary>
    public async Task<IReadOnlyList<NodeEvent>> UntilSynchronizedAsync()
    {
        var seen = new List<NodeEvent>();
        while (true)
        {
            var next = await NextAsync();
            if (next.Kind == RegistryEventKind.Synchronized)
            {
                return seen;
            }

            seen.Add(next);
        }
    }

    /// <summary>All node events up to the one for a node id.</summary>
    public async Task<IReadOnlyList<NodeEvent>> UntilAsync(string id)
    {
        var seen = new List<NodeEvent>();
        do
        {
            seen.Add(await NextAsync());
        }
        while (seen[^1].Id != id);
        return seen;
    }

    public Task StopAsync() => _stop.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Ended.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception error) when (error is OperationCanceledException or RegistryException or ObjectDisposedException)
        {
            // How the watch ended is a test's business, here it only has to be over.
        }

        _stop.Dispose();
    }
}
