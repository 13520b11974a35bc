using Grpc.Core;
using Micro.Client;

namespace Micro.Transport.Grpc.Stubs.Client;

/// <summary>
/// The stream of a call, opened in the background: writes and reads wait for it. One writer and one reader at a time. The end
/// of the answer, a failure or the disposal of the call closes it.
/// </summary>
internal sealed class StubStream<TRequest, TResponse> : IClientStreamWriter<TRequest>, IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private readonly StubCall _call;
    private readonly Task<IClientStream<TRequest, TResponse>> _opening;
    private Task _sending = Task.CompletedTask;
    private IAsyncEnumerator<TResponse>? _responses;
    private TResponse? _current;

    public StubStream(StubCall call)
    {
        _call = call;
        _opening = call.OpenAsync<TRequest, TResponse>();
        call.CancellationToken.UnsafeRegister(static stream => _ = ((StubStream<TRequest, TResponse>)stream!).DisposeAsync(), this);
    }

    /// <summary>Has no effect: messages are not compressed and are sent at once.</summary>
    public WriteOptions? WriteOptions { get; set; }

    public TResponse Current => _current ?? throw new InvalidOperationException("no message was read: call MoveNext first");

    /// <summary>Sends the one request of a server stream; a failure is reported when the answer is read.</summary>
    public void Send(TRequest request) => _sending = SendOnlyAsync(request);

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var stream = await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MicroException or OperationCanceledException or ObjectDisposedException)
        {
            // Not the end of the call: the server's status, sent before it stopped reading, is still to be read.
            throw _call.FailureOf(exception);
        }
    }

    public async Task CompleteAsync()
    {
        var stream = await _opening.ConfigureAwait(false);
        try
        {
            await stream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MicroException or OperationCanceledException or ObjectDisposedException)
        {
            // The status that the server sent before it stopped reading is still to be read.
        }
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            await _sending.ConfigureAwait(false);
            var stream = await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            using var registration = cancellationToken.UnsafeRegister(static call => StubCall.Dispose(call!), _call);
            _responses ??= stream.ReadAllAsync(_call.CancellationToken).GetAsyncEnumerator(CancellationToken.None);
            if (await _responses.MoveNextAsync().ConfigureAwait(false))
            {
                _current = _responses.Current;
                return true;
            }

            _current = null;
            _call.End();
            await stream.DisposeAsync().ConfigureAwait(false);
            return false;
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            var failure = _call.Fail(exception);
            await DisposeAsync().ConfigureAwait(false);
            throw failure;
        }
    }

    /// <summary>Reads the one answer of a client stream, and its end, which carries the trailers.</summary>
    public async Task<TResponse> ReadSingleAsync()
    {
        if (!await MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            throw new RpcException(new Status(StatusCode.Internal, "the server ended the call without an answer"));
        }

        var answer = Current;
        return await MoveNext(CancellationToken.None).ConfigureAwait(false)
            ? throw new RpcException(new Status(StatusCode.Internal, "the server sent more than one answer"))
            : answer;
    }

    private async Task SendOnlyAsync(TRequest request)
    {
        var stream = await _opening.ConfigureAwait(false);
        try
        {
            await stream.SendOnlyAsync(request).ConfigureAwait(false);
        }
        catch (MicroException exception) when (exception.Kind is ErrorKind.Broken or ErrorKind.NotSent)
        {
            // What the server sent before the connection broke is still to be read.
        }
    }

    private async Task DisposeAsync()
    {
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_opening.IsCompletedSuccessfully)
        {
            await (await _opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }
}
