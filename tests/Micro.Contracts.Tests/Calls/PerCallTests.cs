using Micro.Client;
using Micro.Hosting;
using Micro.Server;
using Micro.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Micro.Contracts.Calls;

/// <summary>Contract handlers from the container of a host: one for each call, disposed after it.</summary>
public sealed class PerCallTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handle_AllFourKinds_EachCallHasAHandlerOfItsOwn(bool byReflection)
    {
        var made = new Made();
        using var host = await StartAsync(made, micro => byReflection ? micro.Handle<Counted>() : micro.HandleContract<Counted>());
        var client = new Numbers.Client(host.Services.GetRequiredService<IMicroClient>(), ContractFixture.Name);

        (await client.DoubleAsync(new Number { Value = 21 })).Value.Should().Be(42 + 1);
        (await ValuesAsync(client.CountAsync(new Number { Value = 2 }))).Should().Equal(1 + 2, 2 + 2);
        (await client.SumAsync(Sequence(1, 2))).Value.Should().Be(3 + 3);
        await using (var stream = await client.NegateAsync())
        {
            await stream.SendAsync(new Number { Value = 5 });
            await stream.CompleteAsync();
            (await ValuesAsync(stream.ReadAllAsync())).Should().Equal(-5 + 4);
        }

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
    public async Task Handle_NotOverridden_Answers501()
    {
        using var host = await StartAsync(new Made(), micro => micro.HandleContract<Counted>());
        var client = new Numbers.Client(host.Services.GetRequiredService<IMicroClient>(), ContractFixture.Name);

        (await FluentActions.Awaiting(() => client.FailEarlyAsync(Sequence(1))).Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(501);
        await host.StopAsync();
    }

    [Fact]
    public async Task Handle_ContractWrittenForOneObject_SaysSoAtStart()
    {
        await FluentActions.Awaiting(() => StartAsync(new Made(), micro => micro.HandleContract<ByHand>()))
            .Should().ThrowAsync<NotSupportedException>().WithMessage("*one object for all calls only*");
    }

    private static async Task<IHost> StartAsync(Made made, Func<IMicroBuilder, IMicroBuilder> handlers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(made);
        handlers(builder.Services.AddMicro(options => options
            .Name(ContractFixture.Name)
            .Environment(new Dictionary<string, string?>())
            .Address("127.0.0.1:0")
            .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero)
            .UseMemory()));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async IAsyncEnumerable<Number> Sequence(params long[] values)
    {
        foreach (var value in values)
        {
            yield return new Number { Value = value };
            await Task.Yield();
        }
    }

    private static async Task<List<long>> ValuesAsync(IAsyncEnumerable<Number> numbers)
    {
        var values = new List<long>();
        await foreach (var number in numbers)
        {
            values.Add(number.Value);
        }

        return values;
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
    internal sealed class Counted(Made made) : Numbers.HandlerBase, IDisposable
    {
        private readonly int _number = made.Next();

        public override Task<Number> Double(Number request, HandlerContext context) => Task.FromResult(Add(2 * request.Value));

        public override async IAsyncEnumerable<Number> Count(Number request, HandlerContext context)
        {
            for (var value = 1L; value <= request.Value; value++)
            {
                yield return Add(value);
                await Task.Yield();
            }
        }

        public override async Task<Number> Sum(IAsyncEnumerable<Number> requests, HandlerContext context) => Add((await ValuesAsync(requests)).Sum());

        public override async IAsyncEnumerable<Number> Negate(IAsyncEnumerable<Number> requests, HandlerContext context)
        {
            await foreach (var number in requests)
            {
                yield return Add(-number.Value);
            }
        }

        public void Dispose() => made.Dispose();

        private Number Add(long value) => new() { Value = value + _number };
    }

    internal sealed class ByHand : IContractHandler
    {
        public void AddTo(IContractBinder binder)
        {
        }
    }
}
