using System.Buffers;
using Google.Protobuf.Reflection;
using Micro.Codecs;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Server.Handlers;

/// <summary>
/// Gives every call of an endpoint a scope of the container, around interceptors, handler and encoding. A call that asks
/// for no service opens none and costs nothing.
/// </summary>
internal sealed class ScopedInvoker : EndpointInvoker
{
    private readonly EndpointInvoker _inner;
    private readonly IServiceScopeFactory _scopes;

    public ScopedInvoker(EndpointInvoker inner, IServiceScopeFactory scopes)
        : base(inner.Description, inner.IsStream, inner.IsInternal)
    {
        _inner = inner;
        _scopes = scopes;
        Method = inner.Method;
    }

    public override MessageDescriptor? RequestDescriptor => _inner.RequestDescriptor;

    public override MessageDescriptor? ResponseDescriptor => _inner.ResponseDescriptor;

    public override void CheckMessages() => _inner.CheckMessages();

    public override ValueTask InvokeAsync(HandlerContext context, ICodec codec, in ReadOnlySequence<byte> request, IBufferWriter<byte> response)
    {
        context.Scopes = _scopes;
        ValueTask pending;
        try
        {
            pending = _inner.InvokeAsync(context, codec, in request, response);
        }
        catch (Exception exception)
        {
            // Handed on below: a scope that was opened is closed first.
            pending = ValueTask.FromException(exception);
        }

        return pending.IsCompletedSuccessfully && !context.HasScope ? pending : EndAsync(pending, context);
    }

    public override ValueTask InvokeStreamAsync(HandlerContext context, IMessageStream stream)
    {
        context.Scopes = _scopes;
        return RunStreamAsync(context, stream);
    }

    private async ValueTask RunStreamAsync(HandlerContext context, IMessageStream stream)
    {
        try
        {
            await _inner.InvokeStreamAsync(context, stream).ConfigureAwait(false);
        }
        finally
        {
            await context.CloseScopeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask EndAsync(ValueTask pending, HandlerContext context)
    {
        try
        {
            await pending.ConfigureAwait(false);
        }
        finally
        {
            await context.CloseScopeAsync().ConfigureAwait(false);
        }
    }
}
