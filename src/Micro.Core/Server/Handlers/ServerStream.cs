using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Micro.Server.Handlers;

/// <summary>Adds types to a transport's stream; every wait also ends with the call.</summary>
internal sealed class ServerStream<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TRequest, TResponse>(
    IMessageStream stream,
    CancellationToken callToken) : IServerStream<TRequest, TResponse>
{
    public async IAsyncEnumerable<TRequest> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var linked = Link(cancellationToken);
        var token = linked?.Token ?? callToken;
        while (await stream.ReadAsync<TRequest>(token).ConfigureAwait(false) is (true, var message))
        {
            yield return message;
        }
    }

    public ValueTask WriteAsync(TResponse message, CancellationToken cancellationToken = default)
    {
        var linked = Link(cancellationToken);
        return linked is null ? stream.WriteAsync(message, callToken) : WriteLinkedAsync(message, linked);
    }

    private async ValueTask WriteLinkedAsync(TResponse message, CancellationTokenSource linked)
    {
        using (linked)
        {
            await stream.WriteAsync(message, linked.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Links tokens, unless the handler passes none or, as usual, that of the call.</summary>
    private CancellationTokenSource? Link(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken)
            : null;
}
