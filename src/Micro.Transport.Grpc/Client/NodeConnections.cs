using System.Net.Security;
using Micro.Transport.Security;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// The connections to one node: counts and limits them. Calls without a connection share one attempt to connect, so that
/// all of them learn at once when it fails.
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

    /// <summary>Gets the number of open connections.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>Timestamp at which bytes arrived last, or a connection was opened; the smallest value before that.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>
    /// Gets the server's reason for refusing connections; <see langword="null"/> once it has accepted one, since a failed call
    /// may have used that one.
    /// </summary>
    public string? Refusal => _isAccepted ? null : _refusal;

    /// <summary>Records the first frames of a new connection: the server refuses or accepts it.</summary>
    public void OnFirstFrames(string? refusal)
    {
        _refusal = refusal;
        _isAccepted |= refusal is null;
    }

    /// <summary>Records that bytes arrived from the server.</summary>
    public void OnHeard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>Waits until there is a connection.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>.</exception>
    public ValueTask EnsureAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Volatile.Read(ref _open) > 0 ? ValueTask.CompletedTask : new ValueTask(WaitAsync(timeout, cancellationToken));

    /// <summary>Returns a connection for the handler: the ready one, or a new one once the limit allows it.</summary>
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
            throw Dialer.TimedOut(address, timeout, tls is not null);
        }

        if (error is not null)
        {
            // A new exception for each call: errors carry node and attempts.
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
