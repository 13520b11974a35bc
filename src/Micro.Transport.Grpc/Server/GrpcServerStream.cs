using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Micro.Codecs;
using Micro.Server.Handlers;
using Micro.Server.Listening;

namespace Micro.Transport.Grpc.Server;

/// <summary>A call of many messages, as invokers of stream endpoints see it.</summary>
internal sealed class GrpcServerStream(string endpoint, ICodec codec, RequestMessages requests, GrpcReply reply, StreamIdleWatch idle, CancellationToken callToken) : IMessageStream
{
    private ICodec _codec = codec;

    public void UseJsonTypes(IJsonTypeInfoResolver types) => _codec = _codec.With(types);

    public async ValueTask<(bool HasMessage, T Message)> ReadAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        CancellationToken cancellationToken)
    {
        if (!await ReadNextAsync(cancellationToken).ConfigureAwait(false))
        {
            return (false, default!);
        }

        try
        {
            return (true, _codec.DecodeMessage<T>(requests.Message));
        }
        finally
        {
            requests.Release();
        }
    }

    public ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken)
    {
        callToken.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            _codec.EncodeMessage(message, reply.NewFrame());
        }
        catch (CodecException exception)
        {
            // Keeps the meaning of a codec failure, a wrong request, for what the caller sent.
            throw new InvalidOperationException($"{endpoint} failed with its response: {exception.Message}", exception);
        }

        reply.AppendFrame();
        idle.OnSent();
        return cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? FlushAsync(cancellationToken)
            : reply.FlushAsync(callToken);
    }

    private async ValueTask<bool> ReadNextAsync(CancellationToken cancellationToken)
    {
        // A token of the handler's own is rare: linking is paid only then.
        using var linked = cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callToken)
            : null;
        var reading = requests.ReadAsync(linked?.Token ?? callToken);
        var hasMessage = false;
        if (!reading.IsCompleted)
        {
            idle.BeginWait();
        }

        try
        {
            hasMessage = await reading.ConfigureAwait(false);
        }
        finally
        {
            idle.EndWait(hasMessage);
        }

        return hasMessage;
    }

    /// <summary>A token of the handler's own is rare; a caller that reads nothing must not outlast the call's either.</summary>
    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken);
        await reply.FlushAsync(linked.Token).ConfigureAwait(false);
    }
}
