using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Telemetry;
using Micro.Transport;
using Micro.Transport.Messages;
using Micro.Transport.Security;

namespace Micro.Client.Mucp;

/// <summary>
/// One TCP connection to a node that carries one call at a time, or one stream. Failures say whether the request can
/// have been executed: <see cref="ErrorKind.Connect"/>, <see cref="ErrorKind.NotSent"/> or <see cref="ErrorKind.Broken"/>.
/// </summary>
internal sealed class MucpClientConnection : IByteSink, IDisposable
{
    private const string ErrorId = "go.micro.client.transport";

    /// <summary>Asked whether bytes wait; a connection without a socket is read to find out.</summary>
    private readonly Stream _network;
    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly MessageReader _reader;
    private PoolMetrics? _pool;

    private bool _hasReplied;

    private MucpClientConnection(string address, Stream network, SslStream? secure, TransportLimits limits)
    {
        Address = address;
        _network = network;
        _stream = secure ?? network;
        IsSecure = secure is not null;
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 4096, minimumReadSize: 1024, leaveOpen: true));
        _reader = new MessageReader(_input, limits, readsResponses: true);
    }

    /// <summary>Address it was opened for, <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>Gets whether it is TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>Gets the input, for the owner that adopts the connection.</summary>
    public PipeReader Input => _input;

    /// <summary>Gets or sets whether the server was asked to multiplex.</summary>
    public bool WasAsked { get; set; }

    /// <summary>Where a request is put together before it is sent.</summary>
    public PooledBufferWriter Output { get; } = new();

    /// <summary>Head of the reply received last.</summary>
    public MessageHead Head { get; } = new();

    /// <summary>Counts it with a pool until it is closed.</summary>
    public void CountWith(PoolMetrics pool) => _pool = pool;

    /// <summary>Timestamp of its return to the pool.</summary>
    public long IdleSince { get; set; }

    /// <summary>Gets whether it failed or the server asked to close it.</summary>
    public bool MustClose { get; private set; }

    /// <summary>Opens a connection. Never goes through a proxy of the system.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: nothing was sent.</exception>
    public static async Task<MucpClientConnection> ConnectAsync(
        INetwork network,
        string address,
        TransportLimits limits,
        ClientTls? tls,
        TimeSpan dialTimeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var connection = await Dialer.ConnectAsync(network, address, dialTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        var secure = tls is null
            ? null
            : await Dialer.SecureAsync(new SslStream(connection, leaveInnerStreamOpen: false), address, tls, SslApplicationProtocol.Http11, dialTimeout, started, timeProvider, cancellationToken).ConfigureAwait(false);
        return new MucpClientConnection(address, connection, secure, limits);
    }

    /// <summary>
    /// Whether the other side has neither closed it nor sent what nobody asked for, which would be taken for the reply of the
    /// next call. The wait for the reply begins here, so that asking costs nothing.
    /// </summary>
    /// <remarks>
    /// Session tickets of TLS (RFC 8446, section 4.6.1) are no bytes of the connection: the wait goes on over them.
    /// </remarks>
    public bool IsAlive()
    {
        try
        {
            return !MustClose && _reader.TryWaitAhead();
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Sends what <see cref="Output"/> holds, then <paramref name="body"/>.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.NotSent"/>: the server cannot have the whole request.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        const int JoinedBytes = 32 * 1024;
        try
        {
            if (body.Length <= JoinedBytes)
            {
                // One system call for a message of the common size.
                Output.Write(body.Span);
                body = default;
            }

            await _stream.WriteAsync(Output.WrittenMemory, cancellationToken).ConfigureAwait(false);
            if (!body.IsEmpty)
            {
                await _stream.WriteAsync(body, cancellationToken).ConfigureAwait(false);
            }

            Output.Clear();
        }
        catch (IOException exception)
        {
            MustClose = true;
            throw new MicroException(503, ErrorId, $"connection to {Address} broke before the request was sent: {exception.Message}", ErrorKind.NotSent, exception);
        }
        catch
        {
            MustClose = true;
            throw;
        }
    }

    /// <summary>Receives the next message; its head is in <see cref="Head"/>.</summary>
    /// <returns>The body, valid until <see cref="Release"/>.</returns>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Broken"/> or <see cref="ErrorKind.Protocol"/>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlySequence<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                if (!await _reader.ReadHeadAsync(Head, cancellationToken).ConfigureAwait(false))
                {
                    throw new IOException("the server closed it");
                }
            }
            while (Head.StatusCode is >= 100 and < 200);

            if (!_hasReplied && TlsRefusal.Read(Head, Address) is { } refusal)
            {
                throw refusal;
            }

            _hasReplied = true;
            var body = await _reader.ReadBodyAsync(Head, cancellationToken).ConfigureAwait(false);
            MustClose |= Head.ClosesConnection || Head.StatusCode != 200;
            return body;
        }
        catch (IOException exception)
        {
            MustClose = true;
            if (IsSecure && !_hasReplied && TlsFailures.ForRefusedClient(exception) is { } refusal)
            {
                throw new MicroException(503, ErrorId, $"connection error: {Address}: {refusal}", ErrorKind.Connect, exception);
            }

            throw new MicroException(503, ErrorId, $"connection to {Address} broke before the reply: {exception.Message}", ErrorKind.Broken, exception);
        }
        catch (Exception exception) when (exception is MalformedMessageException or MessageTooLargeException)
        {
            MustClose = true;
            throw new MicroException(500, ErrorId, $"reply of {Address}: {exception.Message}", ErrorKind.Protocol, exception);
        }
        catch
        {
            MustClose = true;
            throw;
        }
    }

    ValueTask IByteSink.SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    /// <summary>Calls have deadlines of their own, and their number is limited.</summary>
    void IByteSink.OnSending(bool waits)
    {
    }

    void IByteSink.OnWaiting(long bytes)
    {
    }

    /// <summary>Closes the socket under whoever reads; <see cref="Dispose"/> follows.</summary>
    public void Abort() => _network.Dispose();

    /// <summary>Releases the memory of the current body.</summary>
    public void Release() => _reader.Release();

    public void Dispose()
    {
        MustClose = true;
        Interlocked.Exchange(ref _pool, null)?.Closed();
        _stream.Dispose();
        _network.Dispose();
        _ = CompleteInputAsync();
        Output.Dispose();
        Head.Dispose();
    }

    /// <summary>A wait that nobody took the result of may still use the memory.</summary>
    private async Task CompleteInputAsync()
    {
        await _reader.EndWaitAsync().ConfigureAwait(false);
        await _input.CompleteAsync().ConfigureAwait(false);
        _reader.Dispose();
    }
}
