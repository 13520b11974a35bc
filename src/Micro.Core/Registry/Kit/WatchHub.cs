using System.Runtime.CompilerServices;

namespace Micro.Registry.Kit;

/// <summary>The present state of each service in a watch, and the watch's readers. All readers get the same states in the same order.</summary>
internal sealed class WatchHub
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, RecordSet> _states = new(StringComparer.Ordinal);
    private readonly List<WatchReader> _readers = [];
    private readonly List<Action<string, RecordSet>> _followers = [];
    private TaskCompletionSource _ready = NewSignal();

    /// <summary>Gets a task that ends with the first complete state. It fails when that cannot be read, until it can.</summary>
    public Task Ready
    {
        get
        {
            lock (_gate)
            {
                return _ready.Task;
            }
        }
    }

    /// <summary>Gets the number of readers.</summary>
    public int Readers
    {
        get
        {
            lock (_gate)
            {
                return _readers.Count;
            }
        }
    }

    /// <summary>Returns the state of a service; empty when it is not known.</summary>
    public RecordSet Find(string service)
    {
        lock (_gate)
        {
            return _states.GetValueOrDefault(service, RecordSet.Empty);
        }
    }

    /// <summary>Returns the present states, sorted by service.</summary>
    public RecordSet[] All()
    {
        lock (_gate)
        {
            return [.. _states.Values];
        }
    }

    /// <summary>Reads the changes as <see cref="IRegistry.WatchAsync"/> promises.</summary>
    /// <param name="service">Name of the service; <see langword="null"/> or empty for all.</param>
    /// <param name="disposed">Ends the enumeration without an error.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<RegistryEvent> ReadAsync(
        string? service, CancellationToken disposed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposed);
        var reader = new WatchReader(this, service);
        lock (_gate)
        {
            _readers.Add(reader);
        }

        try
        {
            var changes = reader.ReadAllAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
            await using (changes.ConfigureAwait(false))
            {
                while (await MoveNextAsync(changes, cancellationToken).ConfigureAwait(false))
                {
                    yield return changes.Current;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _readers.Remove(reader);
            }
        }
    }

    /// <summary>Sends every state to another hub, beginning with the current ones.</summary>
    public void Follow(Action<string, RecordSet> follower)
    {
        lock (_gate)
        {
            _followers.Add(follower);
            foreach (var (service, state) in _states)
            {
                follower(service, state);
            }
        }
    }

    public void Unfollow(Action<string, RecordSet> follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }
    }

    /// <summary>Sets the state of one service; an empty one removes it.</summary>
    public void Publish(string service, RecordSet state)
    {
        lock (_gate)
        {
            if (ReferenceEquals(state, _states.GetValueOrDefault(service, RecordSet.Empty)))
            {
                return;
            }

            if (state.Records.Count > 0)
            {
                _states[service] = state;
            }
            else
            {
                _states.Remove(service);
            }

            foreach (var reader in _readers)
            {
                if (reader.Wants(service))
                {
                    reader.Write(service, state);
                }
            }

            _followers.ForEach(follower => follower(service, state));
        }
    }

    /// <summary>Sets the states of all services: those without records are gone.</summary>
    public void Replace(RecordSet all)
    {
        lock (_gate)
        {
            var gone = _states.Keys.ToHashSet(StringComparer.Ordinal);
            foreach (var (service, state) in all.ByService())
            {
                gone.Remove(service);
                Publish(service, state);
            }

            foreach (var service in gone)
            {
                Publish(service, RecordSet.Empty);
            }
        }
    }

    /// <summary>Changes the state of one service by an event.</summary>
    public void Apply(RegistryEvent change)
    {
        if (change.Service is { Name: var service })
        {
            lock (_gate)
            {
                Publish(service, _states.GetValueOrDefault(service, RecordSet.Empty).Apply(change));
            }
        }
    }

    /// <summary>Reports that the state is complete.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            if (!_ready.TrySetResult() && _ready.Task.IsFaulted)
            {
                _ready = NewSignal();
                _ready.SetResult();
            }
        }
    }

    /// <summary>Reports why there is no state. Has no effect once there is one, because that remains the best knowledge.</summary>
    public void Fail(Exception exception)
    {
        lock (_gate)
        {
            if (_ready.Task.IsCompletedSuccessfully)
            {
                return;
            }

            if (_ready.Task.IsFaulted)
            {
                _ready = NewSignal();
            }

            _ready.SetException(exception);
            _ = _ready.Task.Exception;
        }
    }

    /// <summary>Returns the present states for a reader, which then gets every later one.</summary>
    public List<(string Service, RecordSet State)> Read(WatchReader reader)
    {
        lock (_gate)
        {
            reader.CatchUp();
            return [.. _states.Where(entry => reader.Wants(entry.Key)).Select(static entry => (entry.Key, entry.Value))];
        }
    }

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<RegistryEvent> changes, CancellationToken cancellationToken)
    {
        try
        {
            return await changes.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException("the watch was cancelled", exception, cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
