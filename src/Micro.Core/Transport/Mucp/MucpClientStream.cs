using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Micro.Client;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Transport.Mucp;

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
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly PooledBufferWriter _body = new();
    private bool _completed;
    private int _disposed;

    public Node Node { get; } = node;

    public async ValueTask SendAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(caller, cancellationToken);
        await _sending.WaitAsync(linked.Token).ConfigureAwait(false);
        try
        {
            if (_completed)
            {
                throw new InvalidOperationException("sending was completed");
            }

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
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_completed)
            {
                _completed = true;
                await SendFrameAsync(default, "EOS", cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(caller, cancellationToken);
        while (true)
        {
            var body = await connection.ReceiveAsync(linked.Token).ConfigureAwait(false);
            TResponse message;
            try
            {
                if (ReplyReader.IsEndOfStream(connection.Head))
                {
                    yield break;
                }

                message = ReplyReader.Read<TResponse>(connection.Head, in body, plan.Format);
            }
            catch (MicroException exception)
            {
                exception.Node = Node;
                exception.Attempts = 1;
                throw;
            }
            finally
            {
                connection.Release();
            }

            yield return message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            if (!_completed && !connection.MustClose && await _sending.WaitAsync(GoodbyeTimeout).ConfigureAwait(false))
            {
                using var limit = new CancellationTokenSource(GoodbyeTimeout);
                await SendFrameAsync(default, "EOS", limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is MicroException or OperationCanceledException)
        {
            // The end is told by closing as well; a server that is gone need not hear it.
        }
        finally
        {
            connection.Dispose();
            _body.Dispose();
            _sending.Dispose();
        }
    }

    private ValueTask SendFrameAsync(ReadOnlyMemory<byte> body, string? error, CancellationToken cancellationToken)
    {
        connection.Output.Clear();
        heads.Write(connection.Output, Node.Address, plan, plan.StreamTimeout, body.Length, error);
        return connection.SendAsync(body, cancellationToken);
    }
}
