using Micro.Testing.Network;

namespace Micro.Testing;

/// <summary>
/// The faults between the clients of a <see cref="TestNetwork"/> and one node. Effective at once, also on open connections;
/// deterministic. Safe for concurrent use.
/// </summary>
public sealed class NodeFaults
{
    private readonly Lock _gate = new();
    private readonly HashSet<FaultStream> _open = [];
    private TaskCompletionSource _changed = NewSignal();
    private Settings _settings = new();
    private int _attempts;
    private int _made;

    internal NodeFaults(string address) => Address = address;

    /// <summary>Address of the node, as clients connect to it.</summary>
    public string Address { get; }

    /// <summary><see langword="true"/> to refuse connections, as when no process listens.</summary>
    public bool RefuseConnections
    {
        get => Current.RefuseConnections;
        set => Set(settings => settings with { RefuseConnections = value });
    }

    /// <summary><see langword="true"/> to make connecting hang, as when packets are lost, until this is reset or the client's dial timeout passes.</summary>
    public bool HoldConnections
    {
        get => Current.HoldConnections;
        set => Set(settings => settings with { HoldConnections = value });
    }

    /// <summary>The time that connecting takes, on the network's clock; not negative. The default value is zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan ConnectDelay
    {
        get => Current.ConnectDelay;
        set => Set(settings => settings with { ConnectDelay = NotNegative(value) });
    }

    /// <summary>
    /// The delay of everything that the node sends, on the network's clock; not negative. The default value is zero.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan AnswerDelay
    {
        get => Current.AnswerDelay;
        set => Set(settings => settings with { AnswerDelay = NotNegative(value) });
    }

    /// <summary><see langword="true"/> to hold back everything that the node sends; it arrives when this is reset.</summary>
    public bool HoldAnswers
    {
        get => Current.HoldAnswers;
        set => Set(settings => settings with { HoldAnswers = value });
    }

    /// <summary>
    /// <see langword="true"/> to lose everything that the node sends. A connection that lost bytes stays silent after this is reset; only new
    /// connections receive from the node again.
    /// </summary>
    public bool DropAnswers
    {
        get => Current.DropAnswers;
        set => Set(settings => settings with { DropAnswers = value });
    }

    /// <summary>
    /// The number of bytes to the node after which a connection is cut; <see langword="null"/> (the default) for never, else at least
    /// zero. Counted for each connection from its beginning.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long? CutAfterSentBytes
    {
        get => Current.CutAfterSentBytes;
        set => Set(settings => settings with { CutAfterSentBytes = NotNegative(value) });
    }

    /// <summary>
    /// The number of bytes from the node after which a connection is cut; <see langword="null"/> (the default) for never, else at least
    /// zero. Counted for each connection from its beginning.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long? CutAfterReceivedBytes
    {
        get => Current.CutAfterReceivedBytes;
        set => Set(settings => settings with { CutAfterReceivedBytes = NotNegative(value) });
    }

    /// <summary>The number of times that a client has tried to connect, refused attempts included.</summary>
    public int ConnectAttempts => Volatile.Read(ref _attempts);

    /// <summary>The number of connections that were opened.</summary>
    public int ConnectionsOpened => Volatile.Read(ref _made);

    /// <summary>The number of open connections.</summary>
    public int OpenConnections
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    internal Settings Current => Volatile.Read(ref _settings);

    /// <summary>
    /// Breaks all open connections, as a reset does. A client notices it a moment later; a call that begins within that moment
    /// breaks too.
    /// </summary>
    /// <returns>The number of connections that were open.</returns>
    public int CutConnections()
    {
        FaultStream[] open;
        lock (_gate)
        {
            open = [.. _open];
        }

        foreach (var stream in open)
        {
            stream.Cut();
        }

        return open.Length;
    }

    /// <summary>Ends all faults; connections that were cut or lost something stay as they are.</summary>
    public void Heal() => Set(static _ => new Settings());

    /// <summary>Applies the faults to a connection attempt.</summary>
    /// <param name="connect">Opens the connection.</param>
    /// <param name="time">Clock of the delays.</param>
    /// <param name="cancellationToken">The client's patience.</param>
    internal async ValueTask<Stream> ConnectAsync(Func<CancellationToken, ValueTask<Stream>> connect, TimeProvider time, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        ThrowIfRefused();
        await UntilAsync(static settings => !settings.HoldConnections, cancellationToken).ConfigureAwait(false);
        if (Current.ConnectDelay is { Ticks: > 0 } delay)
        {
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        }

        ThrowIfRefused();
        var stream = new FaultStream(await connect(cancellationToken).ConfigureAwait(false), this, time);
        Interlocked.Increment(ref _made);
        lock (_gate)
        {
            _open.Add(stream);
        }

        return stream;
    }

    internal void OnClosed(FaultStream stream)
    {
        lock (_gate)
        {
            _open.Remove(stream);
        }
    }

    /// <summary>Waits until the settings match.</summary>
    internal async ValueTask UntilAsync(Func<Settings, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(_settings))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TimeSpan NotNegative(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }

    private static long? NotNegative(long? value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value.GetValueOrDefault(), nameof(value));
        return value;
    }

    private void ThrowIfRefused()
    {
        if (Current.RefuseConnections)
        {
            throw TestNetwork.Refused();
        }
    }

    private void Set(Func<Settings, Settings> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            Volatile.Write(ref _settings, change(_settings));
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <summary>The settings as one value.</summary>
    internal sealed record Settings
    {
        public bool RefuseConnections { get; init; }

        public bool HoldConnections { get; init; }

        public TimeSpan ConnectDelay { get; init; }

        public TimeSpan AnswerDelay { get; init; }

        public bool HoldAnswers { get; init; }

        public bool DropAnswers { get; init; }

        public long? CutAfterSentBytes { get; init; }

        public long? CutAfterReceivedBytes { get; init; }
    }
}
