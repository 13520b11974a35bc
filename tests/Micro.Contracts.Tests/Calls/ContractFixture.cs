using Micro.Server;

namespace Micro.Contracts.Calls;

/// <summary>A started service with the handlers under test, found over a memory registry.</summary>
internal sealed class ContractFixture : IAsyncDisposable
{
    public const string Name = "numbers";

    private ContractFixture(MicroService service) => Service = service;

    public MicroService Service { get; }

    public static async Task<ContractFixture> StartAsync(params IContractHandler[] handlers)
    {
        var fixture = new ContractFixture(Create());
        foreach (var handler in handlers)
        {
            fixture.Service.Handle(handler);
        }

        await fixture.Service.StartAsync();
        return fixture;
    }

    public static MicroService Create() => MicroService.Create(options => options
        .Name(Name)
        .Environment(new Dictionary<string, string?>())
        .Logging(static _ => { })
        .Address("127.0.0.1:0")
        .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero)
        .UseMemory());

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
