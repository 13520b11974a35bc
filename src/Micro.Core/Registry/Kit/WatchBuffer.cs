using System.Runtime.CompilerServices;

namespace Micro.Registry.Kit;

/// <summary>
/// What stands between a registry and one reader of a watch. Writing never blocks: when the reader is too slow the
/// buffer forgets its events, lists again and delivers the difference. The reader sees the same sequence whatever the
/// registry sends: repeated events are dropped, a create of a known node is an update, deletes name their nodes.
/// </summary>
/// <param name="service">Name of the watched service; <see langword="null"/> or empty for all.</param>
/// <param name="capacity">Most events that wait for the reader, at least 1.</param>
internal sealed class WatchBuffer(string? service, int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<RegistryEvent> _events = new();
    private TaskCompletionSource? _waiter;
    private bool _resynchronize = true;
    private bool _completed;
    private Exception? _error;

    private enum Step
    {
        Wait,
        Apply,
        Resynchronize,
        End,
    }

    /// <summary>How often events had to be forgotten.</summary>
    public int Overflows { get; private set; }

    /// <summary>Whether the reader asked for events of that service.</summary>
    public bool Wants(string name) => string.IsNullOrEmpty(service) || string.Equals(service, name, StringComparison.Ordinal);

    /// <summary>Hands an event to the reader, in order. Never blocks.</summary>
    /// <returns>Whether there was room; if not, the reader gets the difference instead.</returns>
    public bool Write(RegistryEvent change)
    {
        lock (_gate)
        {
            if (_completed || _resynchronize)
            {
                return true;
            }

            if (_events.Count >= capacity)
            {
                Overflows++;
                _events.Clear();
                _resynchronize = true;
                return false;
            }

            _events.Enqueue(change);
            Wake();
            return true;
        }
    }

    /// <summary>Makes the reader list again, for a registry that lost its connection and may have missed changes.</summary>
    public void Resynchronize()
    {
        lock (_gate)
        {
            _events.Clear();
            _resynchronize = true;
            Wake();
        }
    }

    /// <summary>Forgets waiting events that the list being made already holds.</summary>
    public void DiscardPending()
    {
        lock (_gate)
        {
            _events.Clear();
        }
    }

    /// <summary>Ends the reader's enumeration, with an error if there is one.</summary>
    public void Complete(Exception? error = null)
    {
        lock (_gate)
        {
            _completed = true;
            _error ??= error;
            Wake();
        }
    }

    /// <summary>The reader's side; at most one enumeration per buffer.</summary>
    /// <param name="list">
    /// Reads what the registry holds for this watch now. It is called once at the start and after every loss; events
    /// written since the call began are delivered after it. When only the start may fail, it retries by itself later.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<RegistryEvent> ReadAllAsync(
        Func<CancellationToken, ValueTask<RecordSet>> list,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = RecordSet.Empty;
        var synchronized = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = Next(out var change, out var more);
            if (step == Step.End)
            {
                break;
            }

            if (step == Step.Wait)
            {
                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            var now = step == Step.Apply ? told.Apply(change!) : await list(cancellationToken).ConfigureAwait(false);
            foreach (var difference in told.DifferenceTo(now))
            {
                yield return difference;
            }

            told = now;
            if (!synchronized)
            {
                synchronized = true;
                yield return RegistryEvent.Synchronized;
            }
        }

        if (_error is not null)
        {
            throw _error;
        }
    }

    private Step Next(out RegistryEvent? change, out Task more)
    {
        change = null;
        more = Task.CompletedTask;
        lock (_gate)
        {
            if (_completed)
            {
                return Step.End;
            }

            if (_resynchronize)
            {
                _resynchronize = false;
                return Step.Resynchronize;
            }

            if (_events.TryDequeue(out change))
            {
                return Step.Apply;
            }

            _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            more = _waiter.Task;
            return Step.Wait;
        }
    }

    private void Wake()
    {
        _waiter?.TrySetResult();
        _waiter = null;
    }
}
