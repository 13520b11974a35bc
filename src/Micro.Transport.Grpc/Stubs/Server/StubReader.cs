using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>The requests of a stream. One reader at a time.</summary>
internal sealed class StubReader<TRequest, TResponse>(IServerStream<TRequest, TResponse> stream, HandlerContext context) : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private readonly IAsyncEnumerator<TRequest> _requests = stream.ReadAllAsync(context.CancellationToken).GetAsyncEnumerator(CancellationToken.None);
    private Task<bool>? _pending;

    public TRequest Current => _requests.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        // An abandoned wait continues, and the next call gets its message.
        _pending ??= _requests.MoveNextAsync().AsTask();
        var hasNext = await _pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        _pending = null;
        return hasNext;
    }
}
