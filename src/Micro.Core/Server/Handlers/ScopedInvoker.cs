using System.Buffers;
using Google.Protobuf.Reflection;
using Micro.Codecs;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Server.Handlers;

/// <summary>
/// Runs every call of an endpoint in a scope of the container, around interceptors, handler and encoding. A call that uses
/// no service opens no scope.
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
            // Rethrown below, after the scope is closed.
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
