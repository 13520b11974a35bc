using Grpc.Core;
using CallOptions = Micro.Client.CallOptions;

namespace Micro.Stubs.Calls;

/// <summary>A started service with handlers of generated stubs, found over a memory registry.</summary>
internal sealed class StubService : IAsyncDisposable
{
    public const string Name = "numbers";

    private readonly List<MicroService> _clients = [];

    private StubService(MicroService service) => Service = service;

    public MicroService Service { get; }

    /// <summary>Ways to call: by the node's own protocol, and by each of the two.</summary>
    public static TheoryData<string> Ways => ["mucp", "mucp+json", "grpc", "grpc+json"];

    public static async Task<StubService> StartAsync(params object[] handlers)
    {
        var fixture = new StubService(Create());
        foreach (var handler in handlers)
        {
            fixture.Service.Handle(handler);
        }

        await fixture.Service.StartAsync();
        return fixture;
    }

    public static MicroService Create(string name = Name, Action<MicroServiceOptions>? configure = null) => MicroService.Create(options =>
    {
        options.Name(name)
            .Environment(new Dictionary<string, string?>())
            .Logging(static _ => { })
            .Address("127.0.0.1:0")
            .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero)
            .UseMemory();
        configure?.Invoke(options);
    });

    /// <summary>Creates the invoker of generated clients.</summary>
    /// <param name="way">One of <see cref="Ways"/>.</param>
    /// <param name="options">Options of every call.</param>
    public CallInvoker Invoker(string way, CallOptions? options = null)
    {
        var parts = way.Split('+');
        var client = MicroService.Create(settings => settings
            .Name("caller")
            .Environment(new Dictionary<string, string?>())
            .Logging(static _ => { })
            .ClientOptions(client => client.Protocol = parts[0])
            .Registry(Service.Registry));
        _clients.Add(client);
        options ??= new CallOptions();
        return client.Client.AsCallInvoker(Service.Name, parts.Length > 1 ? options with { ContentType = "application/json" } : options);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Service.DisposeAsync();
    }
}
