using System.Net.Sockets;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>
/// The connections to one node: counts them, holds back those above the limit, and lets all calls that find none wait for
/// one and the same attempt to connect, so that all learn at once that there is nobody.
/// </summary>
internal sealed class NodeConnections(string address, TimeSpan dialTimeout, int limit, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private Task<MicroException?>? _dial;
    private Socket? _ready;
    private TaskCompletionSource? _room;
    private int _open;
    private bool _disposed;

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>Waits until there is a connection.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>.</exception>
    public ValueTask EnsureAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Volatile.Read(ref _open) > 0 ? ValueTask.CompletedTask : new ValueTask(WaitAsync(timeout, cancellationToken));

    /// <summary>Gives the handler a connection: the one that is ready, or a new one once there are fewer than allowed.</summary>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_ready is { } ready)
                {
                    _ready = null;
                    return new NodeConnection(ready, this);
                }

                if (_open < limit)
                {
                    _open++;
                    break;
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return new NodeConnection(await Dialer.ConnectAsync(address, dialTimeout, time, cancellationToken).ConfigureAwait(false), this);
        }
        catch
        {
            OnClosed();
            throw;
        }
    }

    public void OnClosed()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _open--;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }

    public void Dispose()
    {
        Socket? ready;
        lock (_gate)
        {
            _disposed = true;
            ready = _ready;
            _ready = null;
        }

        ready?.Dispose();
    }

    private async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Task<MicroException?> dial;
        lock (_gate)
        {
            if (_open > 0)
            {
                return;
            }

            if (_dial is null or { IsCompleted: true })
            {
                _dial = DialAsync(timeout > dialTimeout ? timeout : dialTimeout);
            }

            dial = _dial;
        }

        MicroException? error;
        try
        {
            error = await dial.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Dialer.NotInTime(address, timeout);
        }

        if (error is not null)
        {
            // One of its own for each call: errors carry node and attempts.
            throw new MicroException(error.Code, error.Id, error.Detail, error.Kind, error);
        }
    }

    private async Task<MicroException?> DialAsync(TimeSpan timeout)
    {
        try
        {
            var socket = await Dialer.ConnectAsync(address, timeout, time, CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                if (!_disposed && _ready is null)
                {
                    _ready = socket;
                    _open++;
                    return null;
                }
            }

            socket.Dispose();
            return null;
        }
        catch (MicroException error)
        {
            return error;
        }
    }
}
