using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Micro.Basics;
using Micro.Client;
using Microsoft.Extensions.ObjectPool;
using CallOptions = Grpc.Core.CallOptions;
using MicroCallOptions = Micro.Client.CallOptions;

namespace Micro.Transport.Grpc.Stubs.Client;

/// <summary>Calls a service by name for generated clients, through an <see cref="IMicroClient"/>. Safe for concurrent use.</summary>
internal sealed class StubCallInvoker(IMicroClient client, string service, MicroCallOptions defaults, TimeProvider time) : CallInvoker
{
    private readonly ObjectPool<CancellationTokenSource> _sources = Pools.Create(new SourcePolicy());

    /// <summary>Gets the client that makes the calls.</summary>
    public IMicroClient Client => client;

    /// <summary>Gets the name of the service.</summary>
    public string Service => service;

    /// <summary>Gets the options of all calls.</summary>
    public MicroCallOptions Defaults => defaults;

    /// <summary>Gets the source of time.</summary>
    public TimeProvider Time => time;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Begin(method, options, _sources);
        return new AsyncUnaryCall<TResponse>(call.RunAsync<TRequest, TResponse>(request), StubCall.GetHeaders, StubCall.GetStatus, StubCall.GetTrailers, StubCall.Dispose, call);
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "Generated clients have a blocking form of every unary call; it blocks its caller by contract.")]
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return Task.Run(() => call.ResponseAsync).GetAwaiter().GetResult();
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Begin(method, options);
        var stream = new StubStream<TRequest, TResponse>(call);
        stream.Send(request);
        return new AsyncServerStreamingCall<TResponse>(stream, StubCall.GetHeaders, StubCall.GetStatus, StubCall.GetTrailers, StubCall.Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = Begin(method, options);
        var stream = new StubStream<TRequest, TResponse>(call);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            stream, stream.ReadSingleAsync(), StubCall.GetHeaders, StubCall.GetStatus, StubCall.GetTrailers, StubCall.Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = Begin(method, options);
        var stream = new StubStream<TRequest, TResponse>(call);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            stream, stream, StubCall.GetHeaders, StubCall.GetStatus, StubCall.GetTrailers, StubCall.Dispose, call);
    }

    private StubCall Begin(IMethod method, CallOptions options, ObjectPool<CancellationTokenSource>? sources = null)
    {
        if (options.Credentials is not null)
        {
            throw new NotSupportedException("CallCredentials are not supported: send the token as a header of the call, or set client certificates in the TLS options of the client");
        }

        return new StubCall(this, method, options, sources);
    }

    private sealed class SourcePolicy : IPooledObjectPolicy<CancellationTokenSource>
    {
        public CancellationTokenSource Create() => new();

        public bool Return(CancellationTokenSource obj)
        {
            if (obj.TryReset())
            {
                return true;
            }

            obj.Dispose();
            return false;
        }
    }
}
