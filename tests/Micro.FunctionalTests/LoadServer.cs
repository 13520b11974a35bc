using Micro.Registry;

namespace Micro.FunctionalTests;

/// <summary>A greeter in this process, on a port of loopback, that notes the calls it executes.</summary>
public sealed class LoadServer : IAsyncDisposable
{
    private readonly MicroService _service;

    private LoadServer(MicroService service, ExecutedCalls calls)
    {
        _service = service;
        Calls = calls;
    }

    public ExecutedCalls Calls { get; }

    public string Address => _service.Server.Address!;

    public static async Task<LoadServer> StartAsync(
        IRegistry? registry = null,
        ExecutedCalls? calls = null,
        bool refuses = false,
        TimeSpan? handlerTime = null,
        Action<MicroServiceOptions>? configure = null)
    {
        calls ??= new ExecutedCalls();
        var service = MicroService.Create(options =>
        {
            options.Name("greeter").Address("127.0.0.1:0").IgnoreEnvironment().Logging(static _ => { }).WrapHandler(calls);
            _ = registry is null ? options.UseMemory() : options.Registry(registry);
            configure?.Invoke(options);
        });
        service.Handle<Greeter.Request, Greeter.Response>("Greeter.Hello", async (request, context) =>
        {
            await Task.Delay(handlerTime ?? TimeSpan.Zero, TimeProvider.System, context.CancellationToken);
            return refuses
                ? throw MicroException.BadRequest("greeter.hello", "no")
                : new Greeter.Response { Msg = "Hello " + request.Name };
        });
        await service.StartAsync();
        return new LoadServer(service, calls);
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _service.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}
