using Micro;
using Micro.Client;

namespace MigrationSample;

/// <summary>Three servers and a caller, each with its own registry object, as separate processes have.</summary>
internal sealed class Fleet(string[] flags) : IAsyncDisposable
{
    private readonly List<MicroService> _servers = [];
    private MicroService? _caller;

    public IMicroClient Caller => _caller!.Client;

    public async Task StartAsync(string registry, int nodes)
    {
        for (var i = 0; i < nodes; i++)
        {
            _servers.Add(await StartServerAsync(registry));
        }

        _caller = MakeCaller(registry);
        await SayAsync(registry);
    }

    /// <summary>Restarts one server after the other with the other flag.</summary>
    public async Task RollServersAsync(string registry)
    {
        for (var i = 0; i < _servers.Count; i++)
        {
            var next = await StartServerAsync(registry);
            await _servers[i].DisposeAsync();
            _servers[i] = next;
        }

        await SayAsync(registry);
    }

    /// <summary>Replaces the caller; the new one works before the old one stops.</summary>
    public async Task RollCallerAsync(string registry, Load load)
    {
        var old = _caller!;
        _caller = MakeCaller(registry);
        await load.MoveToAsync(_caller.Client);
        await old.DisposeAsync();
        Console.WriteLine($"caller reads {registry}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _servers.Append(_caller).OfType<MicroService>())
        {
            await service.DisposeAsync();
        }
    }

    private async Task<MicroService> StartServerAsync(string registry)
    {
        var server = MicroService.Create(
            o => o.Name("migration.greeter").Address("127.0.0.1:0").IgnoreEnvironment().Logging(_ => { })
                .ServerOptions(options => options.FailFastOnRegister = true),
            [$"--registry={registry}", .. flags]);
        server.Handle<HelloRequest, HelloResponse>("Greeter.Hello", (request, _) => Task.FromResult(new HelloResponse($"Hello {request.Name}")));
        await server.StartAsync();
        return server;
    }

    private MicroService MakeCaller(string registry) => MicroService.Create(
        o => o.Name("migration.caller").ClientOnly().IgnoreEnvironment().Logging(_ => { }), [$"--registry={registry}", .. flags]);

    /// <summary>Prints the registered servers, as one of them sees them in each of its registries.</summary>
    private async Task SayAsync(string registry)
    {
        var found = await _servers[0].Registry.GetServiceAsync("migration.greeter");
        var nodes = found.SelectMany(record => record.Nodes).Count(node => node.Metadata["registry"] == registry);
        Console.WriteLine($"servers in {registry}: {nodes}");
    }
}

internal sealed record HelloRequest(string Name = "");

internal sealed record HelloResponse(string Msg = "");
