using Micro.Client;
using Micro.Hosting;
using Micro.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Micro.Generators.Calls;

/// <summary>Generated bindings in a host: the handler comes from the container, in a scope per call.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task Handle_FromTheContainer_EachCallHasItsOwnThatIsDisposedAfterIt()
    {
        var made = new List<Numbers>();
        using var host = Build(services => services.AddScoped(_ =>
        {
            var handler = new Numbers();
            made.Add(handler);
            return handler;
        }));
        await host.StartAsync();
        var numbers = new NumbersClient(host.Services.GetRequiredService<IMicroClient>());

        (await numbers.DoubleAsync(new Number(2))).Should().Be(new Number(4));
        var counted = 0;
        await foreach (var number in numbers.CountAsync(new Number(3)))
        {
            counted++;
        }

        counted.Should().Be(3);
        made.Should().HaveCount(2);
        await Eventually.TrueAsync(() => made.TrueForAll(handler => handler.IsDisposed), "both handlers are disposed");
        await host.StopAsync();
    }

    [Fact]
    public async Task Handle_NotRegistered_IsRegisteredAsScoped()
    {
        using var host = Build(static _ => { });
        await host.StartAsync();

        (await new NumbersClient(host.Services.GetRequiredService<IMicroClient>()).DoubleAsync(new Number(2))).Should().Be(new Number(4));
        host.Services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(Numbers)).Should().BeTrue();
        FluentActions.Invoking(() => host.Services.GetRequiredService<Numbers>()).Should().Throw<InvalidOperationException>("it is scoped");
        await host.StopAsync();
    }

    [Fact]
    public async Task Handle_BoundContract_IsTakenByTheBuilderToo()
    {
        using var host = Build(static _ => { }, static builder => builder.Handle(ClockContract.Bind(static context => new Clock(context)), static options => options.Internal = true));
        await host.StartAsync();

        var since = await new ClockClient(host.Services.GetRequiredService<IMicroClient>()).SinceAsync(new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 3 });

        since.Seconds.Should().Be(3);
        host.Services.GetRequiredService<MicroService>().Server.Record!.Endpoints.Should().OnlyContain(endpoint => endpoint.Name.StartsWith("Numbers.", StringComparison.Ordinal));
        await host.StopAsync();
    }

    private static IHost Build(Action<IServiceCollection> addServices, Action<IMicroBuilder>? addMore = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateScopes = true }));
        builder.Services.AddLogging();
        addServices(builder.Services);
        var micro = builder.Services.AddMicro(static options => options
            .Name(RunningService.Name)
            .Environment(new Dictionary<string, string?>())
            .Address("127.0.0.1:0")
            .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero)
            .UseMemory())
            .HandleNumbers<Numbers>();
        addMore?.Invoke(micro);
        return builder.Build();
    }
}
