using System.Runtime.CompilerServices;

namespace Micro.Registry.Kit;

/// <summary>
/// One reader of a watch. States wait in order until the reader asks for the next event; writing never blocks. A reader that falls
/// too far behind skips the waiting states and receives the difference to the present one, so it always ends at the truth.
/// </summary>
/// <param name="hub">The states that are read.</param>
/// <param name="service">Name of the service; <see langword="null"/> or empty for all.</param>
internal sealed class WatchReader(WatchHub hub, string? service)
{
    /// <summary>Maximum number of states that wait.</summary>
    public const int MaxStates = 1024;

    /// <summary>Maximum number of nodes in all waiting states together: one state of a large service takes memory for each node.</summary>
    private const int MaxNodes = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Queue<(string Service, RecordSet State)> _waiting = new();
    private readonly Dictionary<string, RecordSet> _seen = new(StringComparer.Ordinal);
    private TaskCompletionSource _more = NewSignal();
    private int _waitingNodes;
    private bool _isBehind = true;

    private enum Step
    {
        Wait,
        CatchUp,
        Advance,
    }

    /// <summary>Returns <see langword="true"/> if the reader watches the service of that name.</summary>
    public bool Wants(string name) => string.IsNullOrEmpty(service) || string.Equals(service, name, StringComparison.Ordinal);

    /// <summary>Appends the new state of a service. Called under the hub's lock, which keeps states in order.</summary>
    public void Write(string name, RecordSet state)
    {
        lock (_gate)
        {
            if (_isBehind)
            {
                return;
            }

            _waitingNodes += state.NodeCount;
            if (_waiting.Count == MaxStates || (_waiting.Count > 0 && _waitingNodes > MaxNodes))
            {
                _isBehind = true;
                Clear();
            }
            else
            {
                _waiting.Enqueue((name, state));
            }

            _more.TrySetResult();
        }
    }

    /// <summary>Begins a new row of states, after those that the hub holds now. Called under the hub's lock.</summary>
    public void CatchUp()
    {
        lock (_gate)
        {
            _isBehind = false;
            Clear();
        }
    }

    /// <summary>
    /// Reads the changes as <see cref="IRegistry.WatchAsync"/> promises: what exists first, then
    /// <see cref="RegistryEvent.Synchronized"/>, then every change. At most one enumeration per reader.
    /// </summary>
    /// <exception cref="RegistryException">The first state could not be read.</exception>
    public async IAsyncEnumerable<RegistryEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await hub.Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        var isSynchronized = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = Next(out var next, out var more);
            if (step == Step.Wait)
            {
                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            foreach (var (name, state) in step == Step.CatchUp ? Present() : [next])
            {
                foreach (var change in _seen.GetValueOrDefault(name, RecordSet.Empty).DifferenceTo(state))
                {
                    yield return change;
                }

                Remember(name, state);
            }

            if (!isSynchronized)
            {
                isSynchronized = true;
                yield return RegistryEvent.Synchronized;
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Step Next(out (string Service, RecordSet State) next, out Task more)
    {
        lock (_gate)
        {
            next = default;
            more = Task.CompletedTask;
            if (_isBehind)
            {
                return Step.CatchUp;
            }

            if (_waiting.TryDequeue(out next))
            {
                _waitingNodes -= next.State.NodeCount;
                return Step.Advance;
            }

            if (_more.Task.IsCompleted)
            {
                _more = NewSignal();
            }

            more = _more.Task;
            return Step.Wait;
        }
    }

    /// <summary>Returns the present states, and an empty one for each service that has gone.</summary>
    private List<(string Service, RecordSet State)> Present()
    {
        var states = hub.Read(this);
        states.AddRange(_seen.Keys.Except(states.Select(static entry => entry.Service)).Select(static gone => (gone, RecordSet.Empty)).ToArray());
        return states;
    }

    private void Remember(string name, RecordSet state)
    {
        if (state.Records.Count > 0)
        {
            _seen[name] = state;
        }
        else
        {
            _seen.Remove(name);
        }
    }

    private void Clear()
    {
        _waiting.Clear();
        _waitingNodes = 0;
    }
}
