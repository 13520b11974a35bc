using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using Micro.Basics;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.Client.Mucp;

/// <summary>
/// A connection to a node of ours that many calls share: requests go out without waiting, replies come back in any
/// order and find their call by id. Safe for concurrent use.
/// </summary>
internal sealed class MultiplexedConnection : IWorkQueueOwner<MucpPendingCall>, IDisposable
{
    private const string ErrorId = "go.micro.client.transport";

    /// <summary>Bytes that may wait to be sent before calls go elsewhere.</summary>
    private const int MaxQueuedBytes = 256 * 1024;

    private readonly MucpClientConnection _connection;
    private readonly TransportLimits _limits;
    private readonly byte[] _host;
    private readonly MessageReader _reader;
    private readonly CoalescingWriter _output;
    private readonly WorkQueue<MucpPendingCall> _replies;
    private readonly PendingCallTable _pending = new();
    private readonly Action<MultiplexedConnection> _leaving;
    private readonly Action<MultiplexedConnection> _ended;
    private readonly Action<MucpPendingCall, CancellationToken> _cancel;
    private readonly long _startedAt;
    private MessageHead _head = new();
    private Func<MucpPendingCall, MicroException>? _farewell;
    private volatile bool _isClosing;
    private int _isDisposed;

    /// <param name="connection">The connection on which the server agreed; owned from now on.</param>
    /// <param name="limits">What a reply may hold.</param>
    /// <param name="time">Clock of <see cref="HeardAt"/>.</param>
    /// <param name="leaving">Notified when it takes no more calls.</param>
    /// <param name="ended">Notified when it is closed.</param>
    public MultiplexedConnection(
        MucpClientConnection connection, TransportLimits limits, TimeProvider time, Action<MultiplexedConnection> leaving, Action<MultiplexedConnection> ended)
    {
        _connection = connection;
        _limits = limits;
        _leaving = leaving;
        _ended = ended;
        _cancel = Cancel;
        _startedAt = time.GetTimestamp();
        _host = Encoding.UTF8.GetBytes(connection.Address);
        _output = new CoalescingWriter(connection);
        _replies = new WorkQueue<MucpPendingCall>(this);
        _reader = new MessageReader(connection.Input, limits, readsResponses: true) { Clock = time };
    }

    public string Address => _connection.Address;

    /// <summary>Gets whether it can take one more call without delaying it.</summary>
    public bool HasRoom => !_isClosing && _pending.Count < PendingCallTable.Capacity && _output.QueuedBytes < MaxQueuedBytes;

    /// <summary>Timestamp at which bytes arrived last, or at which the connection was taken over.</summary>
    public long HeardAt => Math.Max(_startedAt, _reader.HeardAt);

    /// <summary>Gets whether no call waits.</summary>
    public bool IsIdle => _pending.Count == 0;

    /// <summary>Grows with each call.</summary>
    public long Calls => _pending.Sequence;

    /// <summary>Begins to read replies.</summary>
    public void Start() => _ = ReadAsync();

    /// <summary>Sends a request.</summary>
    /// <returns>Whether the connection took it; if not, it goes elsewhere.</returns>
    /// <exception cref="MicroException">The request cannot be written.</exception>
    public bool TryCall(MucpPendingCall call, RequestHeads heads, CallPlan plan, TimeSpan limit, ReadOnlyMemory<byte> body)
    {
        call.Cancelling = _cancel;
        call.Position = long.MaxValue;
        if (_isClosing || !_pending.TryAdd(call))
        {
            return false;
        }

        try
        {
            call.Position = _output.Append(
                (heads, _host, plan, call.Id, limit, body),
                static (PooledBufferWriter output, in (RequestHeads Heads, byte[] Host, CallPlan Plan, long Id, TimeSpan Limit, ReadOnlyMemory<byte> Body) request) =>
                {
                    request.Heads.WriteMultiplexed(output, request.Host, request.Plan, request.Id, request.Limit, request.Body.Length);
                    output.Write(request.Body.Span);
                });
        }
        catch
        {
            _pending.TryRemove(call.Id, out _);
            throw;
        }

        // Whoever empties the queue of replies sends the requests of all callers that went on.
        if (!_replies.IsBusy)
        {
            _output.StartSending();
        }

        return true;
    }

    /// <summary>Accepts no more calls and closes when the last pending call has ended.</summary>
    public void CloseWhenDone()
    {
        _isClosing = true;
        _pending.Close();
        _leaving(this);
        CloseIfDone();
    }

    /// <summary>Closes at once; calls that wait fail.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _isClosing = true;
            _connection.Abort();
        }
    }

    void IWorkQueueOwner<MucpPendingCall>.Run(MucpPendingCall call) => call.Complete();

    void IWorkQueueOwner<MucpPendingCall>.OnEmptied() => _output.StartSending();

    /// <summary>The caller no longer waits: the server is notified, and a late reply is dropped.</summary>
    private void Cancel(MucpPendingCall call, CancellationToken cancellationToken)
    {
        if (!_pending.TryRemove(call.Id, out var removed))
        {
            return;
        }

        _output.Append((Host: _host, removed.Id), static (PooledBufferWriter output, in (byte[] Host, long Id) cancelled) =>
        {
            output.Write("POST / HTTP/1.1\r\nContent-Length: 0\r\n"u8);
            output.WriteHeader(MucpHeaderNames.Host, cancelled.Host);
            output.WriteHeader(MucpHeaderNames.MicroCancel, cancelled.Id);
            output.Write("\r\n"u8);
        });
        _output.StartSending();
        removed.Fail(new OperationCanceledException(cancellationToken));
        CloseIfDone();
    }

    private async Task ReadAsync()
    {
        Func<MucpPendingCall, MicroException> explain;
        try
        {
            while (await new Waiting(NextReplyAsync(), _replies))
            {
            }

            explain = _farewell!;
        }
        catch (MalformedMessageException exception)
        {
            explain = _ => new MicroException(500, ErrorId, $"reply of {Address}: {exception.Message}", ErrorKind.Protocol, exception);
        }
        catch (Exception exception)
        {
            explain = call => Explain(call, exception);
        }

        End(explain);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextReplyAsync()
    {
        if (!await _reader.ReadHeadAsync(_head, CancellationToken.None).ConfigureAwait(false))
        {
            throw new IOException("the server closed it");
        }

        if (_head.StatusCode is >= 100 and < 200)
        {
            return true;
        }

        if (!TryReadId(out var id))
        {
            _farewell = ExplainFarewell(await ReadBodyAsync().ConfigureAwait(false));
            return false;
        }

        await TakeReplyAsync(id).ConfigureAwait(false);
        return true;
    }

    private bool TryReadId(out long id)
    {
        var text = _head[KnownHeader.MicroId];
        id = 0;
        return _head.StatusCode == 200 && Utf8Parser.TryParse(text, out id, out var used) && used == text.Length;
    }

    private async ValueTask TakeReplyAsync(long id)
    {
        var closes = _head.ClosesConnection;
        try
        {
            var body = await ReadBodyAsync().ConfigureAwait(false);
            if (_pending.TryRemove(id, out var call))
            {
                (call.Head, _head) = (_head, call.Head);
                call.Keep(in body);
                _replies.Add(call);
            }
        }
        catch (MessageTooLargeException exception)
        {
            await SkipAsync(id, exception).ConfigureAwait(false);
        }
        finally
        {
            _reader.Release();
        }

        if (closes)
        {
            CloseWhenDone();
        }
        else
        {
            CloseIfDone();
        }
    }

    private ValueTask<ReadOnlySequence<byte>> ReadBodyAsync() => _reader.ReadBodyAsync(_head, CancellationToken.None);

    /// <summary>One reply that is too large is no reason to lose all others.</summary>
    private async ValueTask SkipAsync(long id, MessageTooLargeException exception)
    {
        if (_pending.TryRemove(id, out var call))
        {
            call.Fail(new MicroException(500, ErrorId, $"reply of {Address}: {exception.Message}", ErrorKind.Protocol, exception));
        }

        if (!exception.IsRead)
        {
            if (exception.Length > (long)_limits.MaxMessageBytes * MessageReader.SkippedBodies)
            {
                throw new IOException("a reply is far too large", exception);
            }

            await _reader.SkipBodyAsync(exception.Length, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A message that answers no call: the good-bye of a server that stops, which has answered all it executed, or the
    /// refusal of what it could not read.
    /// </summary>
    private Func<MucpPendingCall, MicroException> ExplainFarewell(ReadOnlySequence<byte> body)
    {
        try
        {
            ReplyReader.ThrowIfFailed(_head, in body);
        }
        catch (MicroException exception)
        {
            return _ => new MicroException(exception.Code, exception.Id, exception.Detail, exception.Kind, exception);
        }

        return _ => new MicroException(500, ErrorId, $"reply of {Address} has no usable Micro-Id", ErrorKind.Protocol);
    }

    private MicroException Explain(MucpPendingCall call, Exception exception) => call.Position >= _output.HandedOver
        ? new MicroException(503, ErrorId, $"connection to {Address} broke before the request was sent: {exception.Message}", ErrorKind.NotSent, exception)
        : new MicroException(503, ErrorId, $"connection to {Address} broke before the reply: {exception.Message}", ErrorKind.Broken, exception);

    private void CloseIfDone()
    {
        if (_isClosing && _pending.Count == 0)
        {
            Dispose();
        }
    }

    private void End(Func<MucpPendingCall, MicroException> explain)
    {
        _isClosing = true;
        _ended(this);
        _replies.Run();

        // First nothing is sent any more, then it is said what was not.
        _output.Dispose();
        foreach (var call in _pending.RemoveAll())
        {
            call.Fail(explain(call));
        }

        Interlocked.Exchange(ref _isDisposed, 1);
        _connection.Dispose();
        _reader.Dispose();
        _head.Dispose();
    }
}
