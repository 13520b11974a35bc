using System.Net.Security;
using Micro.Transport.Security;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// The connections to one node: counts them, holds back those above the limit, and lets all calls that find none wait for
/// one and the same attempt to connect, so that all learn at once that there is nobody.
/// </summary>
internal sealed class NodeConnections(string address, TimeSpan dialTimeout, int limit, TimeProvider time, ClientTls? tls, INetwork network) : IDisposable
{
    private readonly Lock _gate = new();
    private Task<MicroException?>? _dial;
    private Stream? _ready;
    private TaskCompletionSource? _room;
    private long _heardAt = long.MinValue;
    private int _open;
    private volatile bool _isAccepted;
    private volatile string? _refusal;
    private bool _disposed;

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>Timestamp at which bytes arrived last, or a connection was opened; the smallest value before that.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>
    /// Why the server refuses connections, in its words; nothing once it has taken one: then a failed call can have been
    /// on that.
    /// </summary>
    public string? Refusal => _isAccepted ? null : _refusal;

    /// <summary>A new connection has heard from its server, which refuses it or not.</summary>
    public void OnFirstFrames(string? refusal)
    {
        _refusal = refusal;
        _isAccepted |= refusal is null;
    }

    /// <summary>Notes that the server has been heard.</summary>
    public void OnHeard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

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
                    return ready;
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
            return await DialAsync(dialTimeout, cancellationToken).ConfigureAwait(false);
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
        Stream? ready;
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
                _dial = DialFirstAsync(timeout > dialTimeout ? timeout : dialTimeout);
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
            throw Dialer.NotInTime(address, timeout, tls is not null);
        }

        if (error is not null)
        {
            // One of its own for each call: errors carry node and attempts.
            throw new MicroException(error.Code, error.Id, error.Detail, error.Kind, error);
        }
    }

    private async Task<MicroException?> DialFirstAsync(TimeSpan timeout)
    {
        try
        {
            var connection = await DialAsync(timeout, CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                _open++;
                if (!_disposed && _ready is null)
                {
                    _ready = connection;
                    return null;
                }
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (MicroException error)
        {
            return error;
        }
    }

    private async Task<Stream> DialAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var watch = new RefusalWatch(this);
        var opened = await Dialer.ConnectAsync(network, address, timeout, time, cancellationToken).ConfigureAwait(false);
        OnHeard();
        var connection = new NodeConnection(opened, this, tls is null ? watch : null, time);
        Stream stream = tls is null
            ? connection
            : await Dialer.SecureAsync(new NodeSecureConnection(connection, watch), address, tls, SslApplicationProtocol.Http2, timeout, started, time, cancellationToken).ConfigureAwait(false);
        connection.IsCounted = true;
        return stream;
    }
}
