using System.Net;
using System.Net.Sockets;
using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Micro.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Micro.Tests.Hosting.Generic;

public sealed class HostLifetimeTests
{
    [Fact]
    public async Task StartAndStop_AmongOtherServices_RegistersLastAndDeregistersFirst()
    {
        var steps = new Steps();
        var registry = new NotingRegistry(steps);
        var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddSingleton(steps.Hosted("before"));
                builder.Services.AddMicro(options => options
                    .Name("orders")
                    .BeforeStart((_, _) => Note("before start"))
                    .AfterStart((_, _) => Note("after start"))
                    .BeforeStop((_, _) => Note("before stop"))
                    .AfterStop((_, _) => Note("after stop"))).Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
                builder.Services.AddSingleton(steps.Hosted("after"));
            },
            registry);
        await host.Host.StartAsync();
        var address = host.Service.Server.Address!;
        await host.StopAsync();

        steps.All.Should().Equal(
            "before starts",
            "after starts",
            "before start",
            "orders registers, open",
            "after start",
            "before stop",
            "orders deregisters, open",
            "after stop",
            "after stops",
            "before stops");
        (await NotingRegistry.IsOpenAsync(address)).Should().BeFalse();
        await host.DisposeAsync();
        registry.IsDisposed.Should().BeFalse("it was made by hand");

        Task Note(string step)
        {
            steps.Add(step);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Start_AddressInUse_HostDoesNotStartAndNothingStaysRegistered()
    {
        var steps = new Steps();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddMicro("first").Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
                builder.Services.AddMicro("second", options => options.ServerOptions(server => server.Address = taken.LocalEndpoint.ToString()!))
                    .Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
            },
            new NotingRegistry(steps));

        await FluentActions.Awaiting(() => host.Host.StartAsync()).Should().ThrowAsync<IOException>();

        steps.All.Should().Equal("first registers, open", "first deregisters, open");
    }

    [Fact]
    public async Task Start_AnotherServiceFails_NeverRegisters()
    {
        var steps = new Steps();
        await using var host = TestHost.Build(
            builder =>
            {
                builder.Services.AddMicro().Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
                builder.Services.AddSingleton(steps.Hosted("other", new InvalidOperationException("no database")));
            },
            new NotingRegistry(steps));

        await FluentActions.Awaiting(() => host.Host.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("no database");

        steps.All.Should().Equal("other starts");
    }

    [Fact]
    public async Task Dispose_WithoutStop_Deregisters()
    {
        var steps = new Steps();
        var host = TestHost.Build(
            builder => builder.Services.AddMicro(options => options.Name("orders")).Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value)),
            new NotingRegistry(steps));
        await host.Host.StartAsync();
        _ = host.Services.GetRequiredService<IMicroClient>();
        _ = host.Services.GetRequiredService<IRegistry>();
        _ = host.Services.GetRequiredService<IMicroServer>();

        host.Host.Dispose();

        steps.All.Should().Equal("orders registers, open", "orders deregisters, open");
    }

    [Fact]
    public async Task Stop_CallThatDoesNotEnd_CancelledInsideTheHostsTime()
    {
        var time = new ManualTimeProvider();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddMicro(options => options.ServerOptions(server => server.ShutdownTimeout = TimeSpan.FromHours(1)))
                .Handle<int, int>("Test.Hang", async (_, context) =>
                {
                    running.SetResult();
                    await using var registration = context.CancellationToken.Register(cancelled.SetResult);
                    await cancelled.Task;
                    return 0;
                });
        });
        await using var client = MicroClient.Create();
        var call = client.CallAsync<int, int>("x", "Test.Hang", 1, new CallOptions { Addresses = [host.Service.Server.Address!], RequestTimeout = TimeSpan.FromMinutes(5), AttemptTimeout = TimeSpan.FromMinutes(5) });
        await running.Task;

        var stopping = host.StopAsync();
        await time.WaitForTimersAsync();
        await Eventually.TrueAsync(() => host.Service.Server.State == ServerState.Draining, "it drains");
        time.Advance(TimeSpan.FromSeconds(17));
        cancelled.Task.IsCompleted.Should().BeFalse("the host gives twenty seconds");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return cancelled.Task.IsCompleted;
            },
            "two seconds before the host's end the call is cancelled");

        // Time stands still now, so that a busy machine does not use up the second that is left for the answer.
        (await call).Should().Be(0, "a cancelled call may still answer");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return stopping.IsCompleted;
            },
            "the host stops");
        await stopping;
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "ShutdownDoesNotFit")
            .Which.Message.Should().Contain("18 s").And.Contain("HostOptions.ShutdownTimeout");
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Start_DefaultTimes_NoWarning()
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
            builder.Services.AddMicro().Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
        });

        host.Logs.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Start_NoHandler_Warns()
    {
        await using var host = await TestHost.StartAsync(builder => builder.Services.AddMicro());

        host.Logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "ServiceWithoutHandlers").Which.Message.Should().Contain("ClientOnly()");
    }

    [Fact]
    public async Task ClientOnly_CallsOthersAndNeverListens()
    {
        var steps = new Steps();
        var registry = new NotingRegistry(steps);
        await using var server = await TestHost.StartAsync(
            builder => builder.Services.AddMicro(options => options.Name("orders")).Handle<int, int>("Test.Double", (value, _) => Task.FromResult(2 * value)),
            registry);
        await using var client = await TestHost.StartAsync(builder => builder.Services.AddMicro(options => options.Name("caller").ClientOnly()), registry);

        (await client.Services.GetRequiredService<IMicroClient>().CallAsync<int, int>("orders", "Test.Double", 21)).Should().Be(42);

        client.Service.Server.Address.Should().BeNull();
        steps.All.Should().Equal("orders registers, open");
        (await client.Services.GetRequiredService<IRegistry>().GetServiceAsync("orders")).Should().ContainSingle();
    }
}
