using Grpc.Core;
using Micro.Hosting;
using Micro.Server;
using Micro.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Micro.Stubs.Calls;

/// <summary>Handlers of generated stubs from the container of a host, one for each call, and generated clients from it.</summary>
public sealed class PerCallTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handle_AllFourKinds_EachCallHasAHandlerOfItsOwn(bool byReflection)
    {
        var made = new Made();
        using var host = await StartAsync(made, micro => byReflection ? micro.Handle<Counted>() : micro.HandleContract<Counted>());
        var client = host.Services.GetRequiredService<Numbers.NumbersClient>();

        (await client.DoubleAsync(new Number { Value = 21 })).Value.Should().Be(42 + 1);
        using var count = client.Count(new Number { Value = 2 });
        (await CallTests.ValuesAsync(count.ResponseStream)).Should().Equal(1 + 2, 2 + 2);
        using var sum = client.Sum();
        await CallTests.WriteAsync(sum.RequestStream, 1, 2);
        (await sum).Value.Should().Be(3 + 3);
        using var negate = client.Negate();
        await CallTests.WriteAsync(negate.RequestStream, 5);
        (await CallTests.ValuesAsync(negate.ResponseStream)).Should().Equal(-5 + 4);

        await Eventually.TrueAsync(() => made.Disposed == 4, "every handler is disposed after its call");
        made.Count.Should().Be(4);
        await host.StopAsync();
    }

    [Fact]
    public async Task Handle_Contract_RegistersTheEndpointsOfTheProtoFile()
    {
        using var host = await StartAsync(new Made(), micro => micro.Handle<Counted>(handler => handler.Name = "Figures"));
        var record = host.Services.GetRequiredService<IMicroServer>().Record!;

        record.Endpoints.Select(endpoint => endpoint.Name)
            .Should().Equal("Figures.Count", "Figures.Double", "Figures.FailEarly", "Figures.Negate", "Figures.Sum");
        await host.StopAsync();
    }

    [Fact]
    public async Task Handle_NotOverridden_IsUnimplemented()
    {
        using var host = await StartAsync(new Made(), micro => micro.HandleContract<Counted>());
        using var call = host.Services.GetRequiredService<Numbers.NumbersClient>().fail_early();

        (await FluentActions.Awaiting(async () => await call).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        await host.StopAsync();
    }

    [Fact]
    public async Task HandleContract_TypeOfNoStub_IsRefusedAtTheDoor()
    {
        await FluentActions.Awaiting(() => StartAsync(new Made(), micro => micro.HandleContract<Made>()))
            .Should().ThrowAsync<ArgumentException>().WithMessage("Made derives from no service base*");
    }

    [Fact]
    public async Task AddMicroClient_Configured_CallsThroughWhatWasPutAround()
    {
        var calls = 0;
        using var host = await StartAsync(new Made(), micro => micro.Handle<Counted>(), (_, invoker) =>
        {
            calls++;
            return invoker;
        });

        (await host.Services.GetRequiredService<Numbers.NumbersClient>().DoubleAsync(new Number { Value = 1 })).Value.Should().Be(3);

        calls.Should().Be(1);
        await host.StopAsync();
    }

    private static async Task<IHost> StartAsync(
        Made made,
        Func<IMicroBuilder, IMicroBuilder> handlers,
        Func<IServiceProvider, CallInvoker, CallInvoker>? configureClient = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(made);
        builder.Services.AddMicroClient<Numbers.NumbersClient>(StubService.Name, configure: configureClient);
        handlers(builder.Services.AddMicro(options => options
            .Name(StubService.Name)
            .Environment(new Dictionary<string, string?>())
            .Address("127.0.0.1:0")
            .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero)
            .UseMemory()));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    internal sealed class Made
    {
        private int _count;
        private int _disposed;

        public int Count => Volatile.Read(ref _count);

        public int Disposed => Volatile.Read(ref _disposed);

        public int Next() => Interlocked.Increment(ref _count);

        public void Dispose() => Interlocked.Increment(ref _disposed);
    }

    /// <summary>Adds the number of its own object to every answer.</summary>
    internal sealed class Counted(Made made) : Numbers.NumbersBase, IDisposable
    {
        private readonly int _number = made.Next();

        public override Task<Number> Double(Number request, ServerCallContext context) => Task.FromResult(Add(2 * request.Value));

        public override async Task Count(Number request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
        {
            for (var value = 1L; value <= request.Value; value++)
            {
                await responseStream.WriteAsync(Add(value));
            }
        }

        public override async Task<Number> Sum(IAsyncStreamReader<Number> requestStream, ServerCallContext context) =>
            Add((await CallTests.ValuesAsync(requestStream)).Sum());

        public override async Task Negate(IAsyncStreamReader<Number> requestStream, IServerStreamWriter<Number> responseStream, ServerCallContext context)
        {
            await foreach (var number in requestStream.ReadAllAsync())
            {
                await responseStream.WriteAsync(Add(-number.Value));
            }
        }

        public void Dispose() => made.Dispose();

        private Number Add(long value) => new() { Value = value + _number };
    }
}
