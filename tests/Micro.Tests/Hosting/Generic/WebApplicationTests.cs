using Micro.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Tests.Hosting.Generic;

/// <summary>A web application and a Micro service in one process.</summary>
public sealed class WebApplicationTests
{
    [Fact]
    public async Task Start_BothPortsAnswer_AndTheWebStaysUpUntilTheServiceIsGone()
    {
        var steps = new Steps();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureAll<MicroServiceOptions>(options => TestHost.Isolate(options, new NotingRegistry(steps)));
        Uri? web = null;
        using var http = new HttpClient();
        builder.Services.AddMicro(options => options.Name("orders").AfterStop(async (_, token) => steps.Add($"web says {await http.GetStringAsync(web, token)}")))
            .Handle<string, string>("Greeter.Hello", (name, _) => Task.FromResult($"Hello {name}"));
        await using var application = builder.Build();
        application.MapGet("/", () => "up");
        application.MapGet("/hello/{name}", (string name, IMicroClient client, CancellationToken cancellationToken) =>
            client.CallAsync<string, string>("orders", "Greeter.Hello", name, cancellationToken));
        await application.StartAsync();
        web = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

        (await http.GetStringAsync(new Uri(web, "/hello/Anna"))).Should().Be("Hello Anna");
        var port = application.Services.GetRequiredService<MicroService>().Server.Address;
        (await http.GetStringAsync($"http://{port}/health")).Should().Contain("\"registered\"");
        web.Authority.Should().NotBe(port);

        await application.StopAsync();

        steps.All.Should().Equal("orders registers, open", "orders deregisters, open", "web says up");
    }
}
