
namespace Micro.Generators.Calls;

/// <summary>A started service with the handlers under test, found over a memory registry, called through a loopback socket.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    public const string Name = "numbers";

    private RunningService(MicroService service) => Service = service;

    public MicroService Service { get; }

    public static async Task<RunningService> StartAsync(Action<MicroService> addHandlers, string protocol = "", Action<MicroServiceOptions>? configure = null)
    {
        var running = new RunningService(Create(protocol, configure));
        addHandlers(running.Service);
        await running.Service.StartAsync();
        return running;
    }

    public static MicroService Create(string protocol = "", Action<MicroServiceOptions>? configure = null) => MicroService.Create(options =>
    {
        options
            .Name(Name)
            .Environment(new Dictionary<string, string?>())
            .Logging(static _ => { })
            .Address("127.0.0.1:0")
            .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero)
            .UseMemory();
        if (protocol.Length > 0)
        {
            options.ClientOptions(client => client.Protocol = protocol);
        }

        configure?.Invoke(options);
    });

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
