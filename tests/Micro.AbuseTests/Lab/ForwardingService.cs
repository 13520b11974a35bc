using Micro.Client;

namespace Micro.AbuseTests.Lab;

/// <summary>A service that passes the metadata of its callers on to a second one, which answers what arrived.</summary>
internal sealed class ForwardingService : IAsyncDisposable
{
    private readonly MicroService _front;
    private readonly MicroService _behind;

    private ForwardingService(string client)
    {
        _behind = Create("behind", client);
        _behind.Handle<Nothing, Dictionary<string, string>>("Test.Metadata", static (_, context) => Task.FromResult(context.Metadata.ToDictionary()));
        _front = Create("front", client);
        _front.Handle<Nothing, Dictionary<string, string>>("Test.Forward", (_, context) => AskAsync(context.Metadata));
        _front.Handle<Nothing, Dictionary<string, string>>("Test.Plain", (_, _) => AskAsync(new CallMetadata { ["good"] = "1" }));
    }

    /// <summary>Gets the address of the service that passes metadata on.</summary>
    public string Address => _front.Server.Address!;

    /// <summary>Starts both services; the first calls the second over the protocol given.</summary>
    public static async Task<ForwardingService> StartAsync(string client)
    {
        var service = new ForwardingService(client);
        await service._behind.StartAsync();
        await service._front.StartAsync();
        return service;
    }

    /// <summary>Calls as a bystander over the same connections and returns the metadata that arrived.</summary>
    public Task<Dictionary<string, string>> CallPlainAsync() => _front.Client.CallAsync<Nothing, Dictionary<string, string>>(
        "front", "Test.Plain", new Nothing(), new CallOptions { Addresses = [Address], Retries = 0 });

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _behind.DisposeAsync();
    }

    private static MicroService Create(string name, string client) => MicroService.Create(
        options => options.Name(name).Address("127.0.0.1:0").HandleSignals(false), ["--registry=memory", $"--client={client}", "--server_drain_delay=0s"]);

    private Task<Dictionary<string, string>> AskAsync(CallMetadata metadata) => _front.Client.CallAsync<Nothing, Dictionary<string, string>>(
        "behind", "Test.Metadata", new Nothing(), new CallOptions { Addresses = [_behind.Server.Address!], Retries = 0, Metadata = metadata });

    internal sealed class Nothing;
}
