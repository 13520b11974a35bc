using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>Creates endpoints from the methods that a generated <c>BindService</c> adds.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2091", Justification = "Generated messages: their parser refers to the constructor, and their descriptor describes them.")]
internal class StubBinder(StubHandler stub, IContractBinder binder) : ServiceBinderBase
{
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var get = handler is null ? UnaryOf(method) : _ => handler;
        binder.Unary<TRequest, TResponse>(EndpointOf(method, handler), async (request, context) =>
        {
            var call = new StubContext(context, method.FullName);
            try
            {
                return call.Succeed(await StubInterceptor.Wrap(stub.Interceptors, get(context), context)(request, call).ConfigureAwait(false));
            }
            catch (RpcException exception)
            {
                throw call.Fail(exception);
            }
            catch
            {
                call.SendTrailers();
                throw;
            }
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var get = handler is null ? ServerStreamingOf(method) : _ => handler;
        AddStream(method, handler, async (stream, context, call) =>
        {
            var requests = new StubReader<TRequest, TResponse>(stream, context);
            if (!await requests.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                throw MicroException.BadRequest(context.Service, $"{context.Endpoint}: the stream ended before the request");
            }

            await StubInterceptor.Wrap(stub.Interceptors, get(context), context)(requests.Current, new StubWriter<TRequest, TResponse>(stream, context), call).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var get = handler is null ? ClientStreamingOf(method) : _ => handler;
        AddStream(method, handler, async (stream, context, call) =>
        {
            var response = await StubInterceptor.Wrap(stub.Interceptors, get(context), context)(new StubReader<TRequest, TResponse>(stream, context), call).ConfigureAwait(false);
            await stream.WriteAsync(call.Succeed(response), context.CancellationToken).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var get = handler is null ? DuplexStreamingOf(method) : _ => handler;
        AddStream(method, handler, (stream, context, call) => StubInterceptor.Wrap(stub.Interceptors, get(context), context)(
            new StubReader<TRequest, TResponse>(stream, context), new StubWriter<TRequest, TResponse>(stream, context), call));
    }

    protected virtual Func<HandlerContext, UnaryServerMethod<TRequest, TResponse>> UnaryOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class => throw NoHandler(method);

    protected virtual Func<HandlerContext, ServerStreamingServerMethod<TRequest, TResponse>> ServerStreamingOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class => throw NoHandler(method);

    protected virtual Func<HandlerContext, ClientStreamingServerMethod<TRequest, TResponse>> ClientStreamingOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class => throw NoHandler(method);

    protected virtual Func<HandlerContext, DuplexStreamingServerMethod<TRequest, TResponse>> DuplexStreamingOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class => throw NoHandler(method);

    /// <summary>Returns the attributes of a method whose handler is created for each call.</summary>
    protected virtual IReadOnlyList<Attribute> AttributesOf(IMethod method) => [];

    private void AddStream<TRequest, TResponse>(Method<TRequest, TResponse> method, Delegate? handler, Func<IServerStream<TRequest, TResponse>, HandlerContext, StubContext, Task> run)
        where TRequest : class
        where TResponse : class =>
        binder.Stream<TRequest, TResponse>(EndpointOf(method, handler), async (stream, context) =>
        {
            var call = new StubContext(context, method.FullName);
            try
            {
                await run(stream, context, call).ConfigureAwait(false);
                call.Succeed<object?>(null);
            }
            catch (RpcException exception)
            {
                throw call.Fail(exception);
            }
            catch
            {
                call.SendTrailers();
                throw;
            }
        });

    private ContractEndpoint EndpointOf<TRequest, TResponse>(Method<TRequest, TResponse> method, Delegate? handler)
    {
        if (!typeof(IMessage).IsAssignableFrom(typeof(TRequest)) || !typeof(IMessage).IsAssignableFrom(typeof(TResponse)))
        {
            throw new ArgumentException($"{method.FullName} does not use Google.Protobuf messages: {typeof(TRequest).Name}, {typeof(TResponse).Name}", nameof(method));
        }

        var declared = stub.Contract.FindMethodByName(method.Name)
            ?? throw new ArgumentException($"the binding adds {method.FullName}, which {stub.Contract.FullName} does not declare", nameof(method));
        return new ContractEndpoint(StubNames.EndpointOf(stub.Contract.Name, method.Name))
        {
            Method = declared,
            Attributes = handler is null ? AttributesOf(method) : HandlerAttributes.Of(handler),
            Idempotent = declared.GetOptions()?.IdempotencyLevel
                is MethodOptions.Types.IdempotencyLevel.Idempotent or MethodOptions.Types.IdempotencyLevel.NoSideEffects,
        };
    }

    private static ArgumentException NoHandler(IMethod method) => new($"the binding adds {method.FullName} without a handler", nameof(method));
}
