using Micro.Registry;
using Micro.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Micro.Tests.Hosting.Generic;

/// <summary>A real host on loopback that sees no environment and no files but those of the test.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private TestHost(IHost host, CapturingLoggerFactory logs)
    {
        Host = host;
        Logs = logs;
    }

    public IHost Host { get; }

    public IServiceProvider Services => Host.Services;

    public CapturingLoggerFactory Logs { get; }

    public MicroService Service => Services.GetRequiredService<MicroService>();

    public static TestHost Build(
        Action<HostApplicationBuilder> configure, IRegistry? registry = null, Dictionary<string, string?>? environment = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        var logs = new CapturingLoggerFactory();
        builder.Services.AddSingleton<ILoggerFactory>(logs);
        builder.Services.ConfigureAll<MicroServiceOptions>(options => Isolate(options, registry, environment));
        configure(builder);
        return new TestHost(builder.Build(), logs);
    }

    public static async Task<TestHost> StartAsync(Action<HostApplicationBuilder> configure, IRegistry? registry = null)
    {
        var host = Build(configure, registry);
        await host.Host.StartAsync();
        return host;
    }

    public static void Isolate(MicroServiceOptions options, IRegistry? registry = null, Dictionary<string, string?>? environment = null)
    {
        options
            .Environment(environment ?? [])
            .Address("127.0.0.1:0")
            .UseMemory()
            .ServerOptions(static server => (server.DrainDelay, server.Name) = (server.DrainDelay ?? TimeSpan.Zero, server.Name));
        if (registry is not null)
        {
            options.Registry(registry);
        }
    }

    public Task StopAsync() => Host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync();
        await ((IAsyncDisposable)Host).DisposeAsync();
    }
}
