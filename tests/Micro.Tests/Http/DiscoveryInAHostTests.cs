using System.Net;
using System.Net.Http.Json;
using System.Text;
using Micro.Client;
using Micro.Registry;
using Micro.Testing;
using Micro.Tests.Hosting.Generic;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Tests.Http;

/// <summary>A Micro service and HTTP clients with discovery, both added to one host as an application adds them.</summary>
public sealed class DiscoveryInAHostTests
{
    [Fact]
    public async Task GetAsync_ServiceOfTheSameHost_IsFoundThroughItsRegistration()
    {
        await using var host = await StartAsync();

        var response = await Http(host).GetAsync("http://greeter/health/ready");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PostAsync_StringContentAsDotNetMakesIt_CallsTheEndpoint()
    {
        await using var host = await StartAsync();
        using var content = new StringContent("""{"name":"Anna"}""", Encoding.UTF8, "application/json");
        content.Headers.ContentType!.CharSet.Should().Be("utf-8");
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://greeter/") { Content = content };
        request.Headers.Add("Micro-Endpoint", "Greeter.Hello");

        var response = await Http(host).SendAsync(request);

        response.Headers.Contains("Micro-Error").Should().BeFalse();
        response.Content.Headers.ContentType!.ToString().Should().Be("application/json");
        (await response.Content.ReadFromJsonAsync<Answer>())!.Msg.Should().Be("Hello Anna");
    }

    [Fact]
    public async Task RpcAndHttp_OneHost_ShareOneSelectorWithOneWatch()
    {
        var registry = new FaultRegistry(MemoryRegistry.Create());
        await using var host = await StartAsync(registry);

        await host.Services.GetRequiredService<IMicroClient>().CallAsync<Question, Answer>("greeter", "Greeter.Hello", new Question("Anna"));
        await Http(host).GetAsync("http://greeter/health");

        await Eventually.TrueAsync(() => registry.WatchesOpened > 0, "the watch");
        registry.WatchesOpened.Should().Be(1);
    }

    [Fact]
    public async Task PlainWebServer_InTheHostsRegistry_IsFoundByTheSameClient()
    {
        var registry = MemoryRegistry.Create();
        await using var web = await WebNode.StartAsync("plain");
        await registry.RegisterAsync(new ServiceRecord { Name = "orders", Nodes = [web.Node] }, new RegisterOptions());
        await using var host = await StartAsync(registry);

        (await Http(host).GetStringAsync("http://orders/")).Should().Be("plain");
    }

    [Fact]
    public async Task SeveralServices_ClientWithTheKeyOfOne_UsesItsRegistry()
    {
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddMicro("east").Handle("Greeter.Hello", (Question question, Server.HandlerContext _) => Task.FromResult(new Answer("east")));
            builder.Services.AddMicro("west").Handle("Greeter.Hello", (Question question, Server.HandlerContext _) => Task.FromResult(new Answer("west")));
            builder.Services.AddHttpClient("http").AddMicroDiscovery(options => options.ServiceKey = "west");
        });

        (await Http(host).GetAsync("http://west/health/ready")).StatusCode.Should().Be(HttpStatusCode.OK);
        var error = (await FluentActions.Awaiting(() => Http(host).GetAsync("http://east/health/ready")).Should().ThrowAsync<HttpRequestException>()).Which;
        error.InnerException.Should().BeOfType<ServiceNotFoundException>("each service has a registry in memory of its own");
    }

    private static Task<TestHost> StartAsync(IRegistry? registry = null) => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddMicro(options => options.Name("greeter")).Handle<Greeter>();
            builder.Services.AddHttpClient("http").AddMicroDiscovery();
        },
        registry);

    private static HttpClient Http(TestHost host) => host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("http");

    internal sealed record Question(string Name);

    internal sealed record Answer(string Msg);

    internal sealed class Greeter
    {
        public Answer Hello(Question question) => new($"Hello {question.Name}");
    }
}
