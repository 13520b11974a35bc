using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Stubs.Calls;

/// <summary>Interceptors of gRPC on both sides.</summary>
public sealed class InterceptorTests
{
    public static TheoryData<string> Ways => StubService.Ways;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Interceptors_OfTheHandler_RunAroundEveryKindInOrder(string way)
    {
        var log = new List<string>();
        await using var service = StubService.Create();
        service.Handle(new NumbersService(), options => options.Intercept(new Recorder("outer", log)).Intercept(new Recorder("inner", log)));
        await service.StartAsync();
        await using var caller = StubService.Create("caller", options => options.ClientOptions(client => client.Protocol = way.Split('+')[0]).Registry(service.Registry));
        var client = new Numbers.NumbersClient(caller.Client.AsCallInvoker(StubService.Name));

        await client.DoubleAsync(new Number());
        using var count = client.Count(new Number { Value = 1 });
        await CallTests.ValuesAsync(count.ResponseStream);
        using var sum = client.Sum();
        await CallTests.WriteAsync(sum.RequestStream, 1);
        await sum;
        using var negate = client.Negate();
        await CallTests.WriteAsync(negate.RequestStream, 1);
        await CallTests.ValuesAsync(negate.ResponseStream);

        log.Should().Equal(new[] { "unary", "server", "client", "duplex" }.SelectMany(kind => new[] { $"outer {kind}", $"inner {kind}" }));
    }

    [Fact]
    public async Task Interceptor_OfTheContainer_IsCreatedForEachCall()
    {
        var log = new List<string>();
        await using var provider = new ServiceCollection().AddSingleton(log).AddScoped<Scoped>().BuildServiceProvider();
        await using var service = StubService.Create(configure: options => options.Services(provider));
        service.Handle(new NumbersService(), options => options.Intercept<Scoped>());
        await service.StartAsync();
        var client = new Numbers.NumbersClient(service.Client.AsCallInvoker(StubService.Name));

        await client.DoubleAsync(new Number());
        await client.DoubleAsync(new Number());

        log.Should().Equal("made", "made");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Interceptors_OfTheClient_RunAroundTheCall(string way)
    {
        string? received = null;
        await using var fixture = await StubService.StartAsync(new NumbersService { OnCall = context => received = context.RequestHeaders.GetValue("from") });
        var client = new Numbers.NumbersClient(fixture.Invoker(way).Intercept(metadata =>
        {
            metadata.Add("from", "interceptor");
            return metadata;
        }));

        await client.DoubleAsync(new Number());

        received.Should().Be("interceptor");
    }

    private sealed class Recorder(string name, List<string> log) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            Continue("unary", () => continuation(request, context));

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
            Continue("server", () => continuation(request, responseStream, context));

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
            Continue("client", () => continuation(requestStream, context));

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
            Continue("duplex", () => continuation(requestStream, responseStream, context));

        private T Continue<T>(string kind, Func<T> next)
        {
            log.Add($"{name} {kind}");
            return next();
        }
    }

    private sealed class Scoped : Interceptor
    {
        public Scoped(List<string> log) => log.Add("made");
    }
}
