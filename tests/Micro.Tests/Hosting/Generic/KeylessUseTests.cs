using Micro.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Micro.Tests.Hosting.Generic;

/// <summary>Services with keys, asked for without one.</summary>
public sealed class KeylessUseTests
{
    [Fact]
    public async Task HealthChecks_WithoutKey_CheckEveryService()
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddMicro();
            builder.Services.AddMicro("orders").Handle<int, int>("Orders.Echo", (id, _) => Task.FromResult(id));
            builder.Services.AddMicro("billing").Handle<int, int>("Billing.Echo", (id, _) => Task.FromResult(id));
        });

        var report = await CheckAsync(host);

        report.Entries.Keys.Should().BeEquivalentTo("micro:orders", "micro:billing");
        report.Status.Should().Be(HealthStatus.Healthy);
        report.Entries["micro:orders"].Tags.Should().Contain("ready");
    }

    [Fact]
    public async Task HealthChecks_WithAndWithoutKey_CheckEachServiceOnce()
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddMicro("orders").Handle<int, int>("Orders.Echo", (id, _) => Task.FromResult(id));
            builder.Services.AddMicro(options => options.Name("main")).Handle<int, int>("Main.Echo", (id, _) => Task.FromResult(id));
            builder.Services.AddHealthChecks().AddMicro().AddMicro("Orders", tags: ["later"], name: "micro:orders");
        });

        var report = await CheckAsync(host);

        report.Entries.Keys.Should().BeEquivalentTo("micro", "micro:orders");
        report.Entries["micro:orders"].Tags.Should().Contain("later");
    }

    [Fact]
    public void HealthChecks_UnknownKeyOrNoService_IsAnErrorThatNamesTheKeys()
    {
        Resolving(services =>
        {
            services.AddMicro("orders");
            services.AddHealthChecks().AddMicro("ordrs");
        }).Should().Throw<InvalidOperationException>().WithMessage("*'ordrs': no service has this key; the services are 'orders'");
        Resolving(services => services.AddHealthChecks().AddMicro()).Should().Throw<InvalidOperationException>().WithMessage("*no service*AddMicro*");
    }

    [Theory]
    [InlineData("get")]
    [InlineData("post")]
    [InlineData("service")]
    public async Task Start_RouteInjectsAServiceWithoutItsKey_IsAnErrorThatNamesTheKeys(string kind)
    {
        await using var application = Web();
        _ = kind switch
        {
            "get" => application.MapGet("/hello", (IMicroClient client) => client.ToString()),
            "post" => application.MapPost("/hello", (IMicroClient client) => client.ToString()),
            _ => application.MapGet("/hello", ([Microsoft.AspNetCore.Mvc.FromServices] MicroService service) => service.Name),
        };

        (await FluentActions.Awaiting(() => application.StartAsync()).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain("the services have the keys orders, billing: use [FromKeyedServices(\"orders\")]");
    }

    [Fact]
    public async Task Start_RoutesInjectByKey_AreServed()
    {
        await using var application = Web();
        application.MapGet("/hello", ([FromKeyedServices("orders")] IMicroClient client, HttpContext _) => client.ToString());

        await application.StartAsync();
        await application.StopAsync();
    }

    private static WebApplication Web()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureAll<MicroServiceOptions>(options => TestHost.Isolate(options));
        builder.Services.AddMicro("orders");
        builder.Services.AddMicro("billing");
        return builder.Build();
    }

    private static Action Resolving(Action<IServiceCollection> configure) =>
        () => TestHost.Build(builder => configure(builder.Services)).Services.GetRequiredService<HealthCheckService>();

    private static Task<HealthReport> CheckAsync(TestHost host) => host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
}
