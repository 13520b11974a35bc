using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Reflection;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Server.Handlers;

/// <summary>A stream endpoint; all shapes of stream methods are converted to the one that takes the stream.</summary>
internal sealed class StreamInvoker<
    [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
    [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse> : EndpointInvoker
{
    private readonly Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> _handler;
    private readonly Func<HandlerContext, ValueTask>? _chain;

    public StreamInvoker(
        Endpoint description,
        bool isInternal,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyList<IHandlerInterceptor> interceptors)
        : base(description, isStream: true, isInternal)
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

    public override ValueTask InvokeStreamAsync(HandlerContext context, IMessageStream stream)
    {
        if (JsonTypes is { } types)
        {
            stream.UseJsonTypes(types);
        }

        context.Stream = stream;
        context.Definition = Definition;
        return _chain is null ? RunHandlerAsync(context) : _chain(context);
    }

    private ValueTask RunHandlerAsync(HandlerContext context) =>
        new(_handler(new ServerStream<TRequest, TResponse>(context.Stream!, context.CancellationToken), context));
}
