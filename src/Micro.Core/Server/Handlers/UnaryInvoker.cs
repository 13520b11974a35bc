using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Reflection;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Server.Handlers;

/// <summary>A unary endpoint: typed decode, handler, typed encode.</summary>
internal sealed class UnaryInvoker<
    [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
    [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse> : EndpointInvoker
{
    private readonly Func<TRequest, HandlerContext, ValueTask<TResponse>> _handler;
    private readonly Func<HandlerContext, ValueTask>? _chain;

    public UnaryInvoker(
        Endpoint description,
        bool isInternal,
        Func<TRequest, HandlerContext, ValueTask<TResponse>> handler,
        IReadOnlyList<IHandlerInterceptor> interceptors)
        : base(description, isStream: false, isInternal)
    {
        _handler = handler;
        _chain = InterceptorChain.Compose(interceptors, RunHandlerAsync);
    }

    public override MessageDescriptor? RequestDescriptor => Describe<TRequest>();

    public override MessageDescriptor? ResponseDescriptor => Describe<TResponse>();

    public override void CheckMessages()
    {
        MessageContent.ThrowIfHidden(typeof(TRequest), Name);
        MessageContent.ThrowIfHidden(typeof(TResponse), Name);
    }

    public override ValueTask InvokeAsync(HandlerContext context, ICodec codec, in ReadOnlySequence<byte> request, IBufferWriter<byte> response)
    {
        codec = codec.With(JsonTypes);
        var message = codec.DecodeMessage<TRequest>(request);
        if (_chain is not null)
        {
            return RunChainAsync(message, context, codec, response);
        }

        try
        {
            var pending = _handler(message, context);
            if (pending.IsCompletedSuccessfully)
            {
                Encode(pending.Result, codec, response);
                return default;
            }

            return FinishAsync(pending, codec, response);
        }
        catch (CodecException exception)
        {
            throw EncodingFailed(exception);
        }
    }

    private async ValueTask FinishAsync(ValueTask<TResponse> pending, ICodec codec, IBufferWriter<byte> response)
    {
        try
        {
            Encode(await pending.ConfigureAwait(false), codec, response);
        }
        catch (CodecException exception)
        {
            throw EncodingFailed(exception);
        }
    }

    private async ValueTask RunChainAsync(TRequest message, HandlerContext context, ICodec codec, IBufferWriter<byte> response)
    {
        try
        {
            context.Request = message;
            context.Definition = Definition;
            await _chain!(context).ConfigureAwait(false);
            Encode(ResponseOf(context), codec, response);
        }
        catch (CodecException exception)
        {
            throw EncodingFailed(exception);
        }
    }

    private async ValueTask RunHandlerAsync(HandlerContext context) =>
        context.Response = await _handler((TRequest)context.Request!, context).ConfigureAwait(false);

    private TResponse ResponseOf(HandlerContext context) => context.Response switch
    {
        TResponse response => response,
        null => default!,
        var other => throw new InvalidOperationException(
            $"an interceptor of {Name} replaced the response with a {other.GetType().Name}: it must be a {typeof(TResponse).Name}"),
    };

    /// <summary>Returns the response; a handler that returns nothing answers with an empty message, as in Go.</summary>
    private static void Encode(TResponse response, ICodec codec, IBufferWriter<byte> output) =>
        codec.EncodeMessage(response ?? EmptyMessage<TResponse>.Create(), output);

    /// <summary>Wraps a failure to encode the response: a <see cref="CodecException"/> would mean an invalid request.</summary>
    private InvalidOperationException EncodingFailed(CodecException exception) =>
        new($"{Name} failed with its response: {exception.Message}", exception);
}
