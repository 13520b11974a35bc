namespace Micro.Registry.Kit;

/// <summary>What a watch knows, and who reads it: every change goes to all readers in the same order.</summary>
internal sealed class WatchHub
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RecordSet> _known = new(StringComparer.Ordinal);
    private readonly List<WatchBuffer> _readers = [];
    private readonly List<Action<string, RecordSet>> _followers = [];
    private TaskCompletionSource _ready = NewSignal();

    /// <summary>Ends with the first complete state; fails when it could not be read, until it can.</summary>
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

    public void Add(WatchBuffer reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
        }
    }

    public void Remove(WatchBuffer reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>Tells another hub of every state of a service, the present one included.</summary>
    public void Follow(Action<string, RecordSet> follower)
    {
        lock (_gate)
        {
            _followers.Add(follower);
            foreach (var (service, records) in _known)
            {
                follower(service, records);
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

    /// <summary>Takes the present state of a service and delivers the difference.</summary>
    public void Publish(string service, RecordSet now)
    {
        lock (_gate)
        {
            foreach (var change in _known.GetValueOrDefault(service, RecordSet.Empty).DifferenceTo(now))
            {
                _readers.ForEach(reader => reader.Write(change));
            }

            _known[service] = now;
            _followers.ForEach(follower => follower(service, now));
        }
    }

    /// <summary>Drops a service that is gone for good.</summary>
    public void Drop(string service)
    {
        Publish(service, RecordSet.Empty);
        lock (_gate)
        {
            _known.Remove(service);
        }
    }

    /// <summary>Says that everything is known now.</summary>
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

    /// <summary>Says why nothing is known; without effect once something is, because that stays the best knowledge.</summary>
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

    /// <summary>The state for a reader who begins or fell behind.</summary>
    public async ValueTask<RecordSet> ListAsync(WatchBuffer reader, CancellationToken cancellationToken)
    {
        await Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            reader.DiscardPending();
            return _known.Count == 1
                ? _known.Values.First()
                : RecordSet.Create(_known.Values.SelectMany(records => records.Records));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
