using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Micro.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Micro.Tests.Hosting.Generic;

/// <summary>Live, ready and degraded: the same answer on the service's port, to debug clients and to health checks.</summary>
public sealed class HealthCheckTests
{
    [Fact]
    public async Task Registration_ComesGoesAndComesBack_EveryAnswerFollows_R_SRV_17()
    {
        var time = new ManualTimeProvider();
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner);
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time);
                StopQuickly(builder.Services);
                builder.Services.AddMicro(options => options.Name("orders")).Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
                builder.Services.AddHealthChecks().AddMicro();
            },
            registry);

        await ExpectAsync(host, HealthStatus.Healthy, "registered", isReady: true);

        registry.WriteError = new RegistryUnavailableException("memory", "canary of the registry");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return host.Service.Server.State == ServerState.Lost;
            },
            "a renewal fails");
        await ExpectAsync(host, HealthStatus.Degraded, "lost", isReady: true);

        time.JumpWallClock(TimeSpan.FromHours(1));
        time.Advance(TimeSpan.FromSeconds(91));
        await ExpectAsync(host, HealthStatus.Degraded, "lost", isReady: true);

        registry.WriteError = new RegistryDeniedException("memory", "canary of the registry");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return !host.Service.Health().IsReady;
            },
            "the registry answers and does not hold the record");
        await ExpectAsync(host, HealthStatus.Unhealthy, "lost", isReady: false);

        registry.WriteError = null;
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return host.Service.Server.State == ServerState.Registered;
            },
            "it registers again");
        await ExpectAsync(host, HealthStatus.Healthy, "registered", isReady: true);

        await host.StopAsync();
        (await CheckAsync(host)).Status.Should().Be(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task View_RegistryIsSilent_DegradedWithItsAge()
    {
        var time = new ManualTimeProvider();
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner);
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time);
                StopQuickly(builder.Services);
                builder.Services.AddMicro(options => options.Name("orders").RegisterTtl(TimeSpan.Zero).RegisterInterval(TimeSpan.Zero))
                    .Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
                builder.Services.AddHealthChecks().AddMicro();
            },
            registry);
        await host.Services.GetRequiredService<IMicroClient>().CallAsync<int, int>("orders", "Test.Echo", 1);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(50));
                return registry.OpenWatches == 1;
            },
            "the service is watched");

        registry.WatchError = new RegistryUnavailableException("memory", "away");
        registry.CutWatches();
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return (await CheckAsync(host)).Status == HealthStatus.Degraded;
            },
            "the silence is noticed");

        var entry = await CheckAsync(host);
        entry.Description.Should().Contain("orders: registered").And.Contain("others are found as they were");
        ((double)entry.Data["snapshot_age_seconds"]).Should().BeGreaterThan(5);
        using var web = new HttpClient();
        var body = await web.GetFromJsonAsync<JsonElement>($"http://{host.Service.Server.Address}/health");
        body.GetProperty("status").GetString().Should().Be("up");
        body.GetProperty("degraded").GetBoolean().Should().BeTrue();
        body.GetProperty("registry_silent_seconds").GetInt64().Should().BeGreaterThanOrEqualTo(5);
    }

    [Fact]
    public async Task ClientOnly_WithoutRegistry_IsHealthy()
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddMicro(options => options.ClientOnly());
            builder.Services.AddHealthChecks().AddMicro();
        });

        (await CheckAsync(host)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task RegisterWhileHealthy_CheckOfTheApplicationFails_IsWithdrawnUntilItPasses_R_SRV_18()
    {
        var time = new ManualTimeProvider();
        var database = HealthStatus.Unhealthy;
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddHealthChecks().AddMicro()
                .AddCheck("database", () => new HealthCheckResult(database))
                .AddCheck("optional", () => HealthCheckResult.Unhealthy());
            builder.Services.AddMicro().Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value))
                .RegisterWhileHealthy(check => check.Name != "optional");
        });

        host.Service.Server.State.Should().Be(ServerState.NotRegistered);
        host.Logs.Entries.Should().Contain(entry => entry.Message.Contains("unhealthy: database"));

        database = HealthStatus.Degraded;
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return host.Service.Server.State == ServerState.Registered;
            },
            "a check that passes registers");
    }

    [Fact]
    public async Task WebApplication_ReadyAndLive_AnswerByTag()
    {
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner) { WriteError = new RegistryUnavailableException("memory", "away") };
        var time = new ManualTimeProvider();
        var isDatabaseUp = false;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<TimeProvider>(time);
        StopQuickly(builder.Services);
        builder.Services.ConfigureAll<MicroServiceOptions>(options =>
        {
            TestHost.Isolate(options, registry);
            options.RegisterCheck(_ => isDatabaseUp ? Task.CompletedTask : Task.FromException(new InvalidOperationException("database down")));
        });
        builder.Services.AddMicro("orders").Handle<int, int>("Test.Echo", (value, _) => Task.FromResult(value));
        builder.Services.AddHealthChecks().AddMicro("orders");
        await using var application = builder.Build();
        application.UseRouting();
        application.MapHealthChecks("/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        application.MapHealthChecks("/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        await application.StartAsync();
        using var web = new HttpClient { BaseAddress = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

        (await web.GetAsync("/ready")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await web.GetAsync("/live")).StatusCode.Should().Be(HttpStatusCode.OK);

        isDatabaseUp = true;
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return (await web.GetAsync("/ready")).StatusCode == HttpStatusCode.OK;
            },
            "the register check passes, and a registry that does not answer is no reason against it");
        (await web.GetStringAsync("/ready")).Should().Be("Degraded");
    }

    /// <summary>Connections that probes left open are waited for, on time that nobody moves.</summary>
    private static void StopQuickly(IServiceCollection services) =>
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300));

    private static async Task<HealthReportEntry> CheckAsync(TestHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["micro"];

    private static async Task ExpectAsync(TestHost host, HealthStatus status, string registration, bool isReady)
    {
        var entry = await CheckAsync(host);
        (entry.Status, entry.Data["registration"]).Should().Be((status, registration));
        entry.Description.Should().NotContain("canary");
        string.Concat(entry.Data.Values).Should().NotContain("canary");
        var address = host.Service.Server.Address!;
        using var web = new HttpClient();
        (await web.GetAsync($"http://{address}/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await web.GetAsync($"http://{address}/health/ready")).StatusCode.Should().Be(isReady ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
        var body = await (await web.GetAsync($"http://{address}/health")).Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("registration").GetString().Should().Be(registration);
        body.TryGetProperty("degraded", out _).Should().Be(status == HealthStatus.Degraded);
        var debug = await host.Service.Client.CallAsync<object, JsonElement>("orders", "Debug.Health", new object(), new CallOptions { Addresses = [address] });
        debug.GetProperty("status").GetString().Should().Be(isReady ? "ok" : "unhealthy");
    }
}
