namespace Micro.Registry.Mdns.Browsing;

/// <summary>One running lookup: which names were heard, when the last new one came, and a wake-up for who waits.</summary>
internal sealed class Lookup(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When the question left.</summary>
    public long Started { get; private set; } = time.GetTimestamp();

    public long LastNew { get; private set; } = time.GetTimestamp();

    public void Restart() => Started = time.GetTimestamp();

    public void Hear(string name)
    {
        lock (_gate)
        {
            if (_heard.Add(name))
            {
                LastNew = time.GetTimestamp();
                _changed.TrySetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public bool HasHeard(string name)
    {
        lock (_gate)
        {
            return _heard.Contains(name);
        }
    }

    public IReadOnlyList<string> Heard()
    {
        lock (_gate)
        {
            return [.. _heard];
        }
    }

    public bool HasAnswers
    {
        get
        {
            lock (_gate)
            {
                return _heard.Count > 0;
            }
        }
    }

    /// <summary>Waits for the next new name, at most for a time.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_gate)
        {
            changed = _changed.Task;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(atMost, time, stop.Token);
        await Task.WhenAny(changed, delay).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
