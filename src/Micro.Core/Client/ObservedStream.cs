using System.Runtime.CompilerServices;
using Micro.Telemetry;

namespace Micro.Client;

/// <summary>A stream whose span ends with it: with the server's end, a failure to receive, or its disposal.</summary>
internal sealed class ObservedStream<TRequest, TResponse>(IClientStream<TRequest, TResponse> inner, ClientCall call) : IClientStream<TRequest, TResponse>
{
    private Exception? _sendFailure;

    public Node Node => inner.Node;

    public ValueTask SendAsync(TRequest message, CancellationToken cancellationToken = default) =>
        ObserveAsync(inner.SendAsync(message, cancellationToken));

    public ValueTask SendOnlyAsync(TRequest message, CancellationToken cancellationToken = default) =>
        ObserveAsync(inner.SendOnlyAsync(message, cancellationToken));

    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) =>
        ObserveAsync(inner.CompleteAsync(cancellationToken));

    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var messages = inner.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var disposal = messages.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await messages.MoveNextAsync().ConfigureAwait(false))
                {
                    call.End(null);
                    yield break;
                }
            }
            catch (Exception exception) when (IsFailure(exception))
            {
                call.End(exception);
                throw;
            }

            yield return messages.Current;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            call.End(_sendFailure);
        }
    }

    private async ValueTask ObserveAsync(ValueTask sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            // The server's error, sent before it stopped reading, may still be read and counts then.
            _sendFailure ??= exception;
            throw;
        }
    }

    /// <summary>Returns whether the failure ends the stream; a usage error does not.</summary>
    private static bool IsFailure(Exception exception) => exception is MicroException or OperationCanceledException;
}
