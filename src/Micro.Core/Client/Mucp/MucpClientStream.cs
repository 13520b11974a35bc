using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Codecs;

namespace Micro.Client.Mucp;

/// <summary>A stream of a client: frames are HTTP requests one way and HTTP responses the other, not in lock step.</summary>
internal sealed class MucpClientStream<
    TRequest,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    MucpClientConnection connection,
    Node node,
    RequestHeads heads,
    CallPlan plan,
    CancellationToken caller) : IClientStream<TRequest, TResponse>
{
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly PooledBufferWriter _body = new();
    private bool _completed;
    private volatile bool _ended;
    private volatile MicroException? _failure;

    /// <summary>A message that arrived while the caller was sending.</summary>
    private TResponse _early = default!;
    private volatile bool _hasEarly;
    private int _disposed;

    public Node Node { get; } = node;

    public async ValueTask SendAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(caller, cancellationToken, _disposing.Token);
        await _sending.WaitAsync(linked.Token).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (_completed)
            {
                throw new InvalidOperationException("sending was completed");
            }

            await LookForEndAsync(linked.Token).ConfigureAwait(false);
            _body.Clear();
            try
            {
                plan.Format.EncodeRequest(plan.Endpoint, plan.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), message, _body);
            }
            catch (CodecException exception)
            {
                throw new MicroException(400, "go.micro.client.codec", exception.Message, ErrorKind.InvalidRequest, exception);
            }

            await SendFrameAsync(_body.WrittenMemory, error: null, linked.Token).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(caller, cancellationToken, _disposing.Token);
        await _sending.WaitAsync(linked.Token).ConfigureAwait(false);
        try
        {
            if (!_completed && _disposed == 0)
            {
                _completed = true;
                await SendFrameAsync(default, "EOS", linked.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(caller, cancellationToken, _disposing.Token);
        while (await ReceiveAsync(linked.Token).ConfigureAwait(false) is (true, var message))
        {
            yield return message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        plan.Options.ResponseMetadata?.Complete();
        var hasTurn = await _sending.WaitAsync(plan.CloseTimeout).ConfigureAwait(false);
        try
        {
            if (hasTurn && !_completed && !connection.MustClose)
            {
                using var limit = new CancellationTokenSource(plan.CloseTimeout);
                await SendFrameAsync(default, "EOS", limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is MicroException or OperationCanceledException)
        {
            // The end is told by closing as well; a server that is gone need not hear it.
        }
        finally
        {
            // Who still sends or receives uses the buffers: it is sent away before they go back to the pool.
            await _disposing.CancelAsync().ConfigureAwait(false);
            if (!hasTurn)
            {
                await _sending.WaitAsync().ConfigureAwait(false);
            }

            await _receiving.WaitAsync().ConfigureAwait(false);
            connection.Dispose();
            _body.Dispose();
            _sending.Release();
            _receiving.Release();
            _disposing.Dispose();
        }
    }

    private async ValueTask<(bool HasMessage, TResponse Message)> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _receiving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (_hasEarly)
            {
                _hasEarly = false;
                return (true, _early);
            }

            if (_failure is not null)
            {
                throw _failure;
            }

            return _ended ? (false, default!) : await ReceiveNextAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _receiving.Release();
        }
    }

    /// <summary>
    /// Throws when the server has ended the stream: it takes no more messages then, and drops those that arrive. Without a
    /// receiver nobody would notice; so a sender reads one message ahead and keeps it for the receiver.
    /// </summary>
    private async ValueTask LookForEndAsync(CancellationToken cancellationToken)
    {
        if (await _receiving.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (!_hasEarly && _failure is null && !_ended && !connection.MustClose && !connection.IsAlive()
                    && await ReceiveNextAsync(cancellationToken).ConfigureAwait(false) is (true, var message))
                {
                    _early = message;
                    _hasEarly = true;
                }
            }
            catch (MicroException)
            {
                // Kept for the receiver as well.
            }
            finally
            {
                _receiving.Release();
            }
        }

        if (_failure is { } failure)
        {
            throw new MicroException(failure.Code, failure.Id, failure.Detail, failure.Kind, failure) { Status = failure.Status, Node = Node, Attempts = 1 };
        }

        if (_ended)
        {
            throw new MicroException(503, "go.micro.client.transport", $"{Node.Address} has ended the stream", ErrorKind.Broken) { Node = Node, Attempts = 1 };
        }
    }

    private async ValueTask<(bool HasMessage, TResponse Message)> ReceiveNextAsync(CancellationToken cancellationToken)
    {
        try
        {
            var body = await connection.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                plan.Options.ResponseMetadata?.Take(connection.Head);
                _ended = ReplyReader.IsEndOfStream(connection.Head);
                return _ended ? (false, default!) : (true, ReplyReader.Read<TResponse>(connection.Head, in body, plan.Format));
            }
            finally
            {
                connection.Release();
            }
        }
        catch (MicroException exception)
        {
            exception.Node = Node;
            exception.Attempts = 1;
            _failure = exception;
            plan.Options.ResponseMetadata?.Complete();
            throw;
        }
    }

    private ValueTask SendFrameAsync(ReadOnlyMemory<byte> body, string? error, CancellationToken cancellationToken)
    {
        connection.Output.Clear();
        heads.Write(connection.Output, Node.Address, plan, plan.StreamTimeout, body.Length, error);
        return connection.SendAsync(body, cancellationToken);
    }
}
