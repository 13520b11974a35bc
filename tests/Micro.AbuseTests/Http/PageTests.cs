using System.Net;
using Micro.Server;

namespace Micro.AbuseTests.Http;

/// <summary>Requests from web pages: S28.</summary>
public sealed class PageTests
{
    [Theory]
    [InlineData("Origin: https://evil.example\r\nContent-Type: application/json\r\nMicro-Endpoint: Test.Echo\r\n", "403", "a page with a preflight that somebody answered")]
    [InlineData("Origin: null\r\nContent-Type: application/json\r\nMicro-Endpoint: Test.Echo\r\n", "403", "a sandboxed frame")]
    [InlineData("Origin:\r\nContent-Type: application/json\r\nMicro-Endpoint: Test.Echo\r\n", "403", "an empty origin is none that is allowed")]
    [InlineData("Origin: https://evil.example\r\nContent-Type: text/plain\r\n", "403", "a form")]
    [InlineData("Origin: https://evil.example\r\n", "403", "fetch without a type")]
    [InlineData("Origin: https://evil.example\r\nMicro-Cancel: 1\r\nContent-Type: application/json\r\n", "403", "cancelling the call of another")]
    public async Task Request_WithAnOrigin_RunsNothing_S28(string headers, string status, string because)
    {
        await using var service = await AttackedService.StartAsync();

        var reply = await Exchange.SendAsync(service.Address, $"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}Content-Length: 2\r\n\r\n{{}}");

        reply.Should().StartWith($"HTTP/1.1 {status} ", because);
        service.Handled.Should().Be(0);
    }

    [Fact]
    public async Task Request_OriginIsAllowed_IsServed_S28()
    {
        await using var service = await AttackedService.StartAsync(options => options.ServerOptions(server => server.AllowedOrigins.Add("https://shop.example")));

        (await CallAsync(service, "Origin: https://shop.example\r\nContent-Type: application/json\r\n")).Should().StartWith("HTTP/1.1 200 ");
        (await CallAsync(service, "Origin: https://shop.example.evil\r\nContent-Type: application/json\r\n")).Should().StartWith("HTTP/1.1 403 ");
        service.Handled.Should().Be(1);
    }

    [Fact]
    public async Task Request_EnvelopeWithoutAType_RunsNothing_S28()
    {
        await using var service = await AttackedService.StartAsync();
        const string Body = """{"id":1,"method":"Test.Echo","params":[{}]}""";

        var reply = await Exchange.SendAsync(service.Address, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

        reply.Should().Contain("\"code\":415");
        service.Handled.Should().Be(0);
    }

    [Theory]
    [InlineData("a:80", "200")]
    [InlineData("b.shop.example", "200")]
    [InlineData("shop.example", "421")]
    [InlineData("evil.example", "421")]
    [InlineData("[::1]:80", "200")]
    public async Task Request_HostsAreListed_OthersAreRefused(string host, string status)
    {
        await using var service = await AttackedService.StartAsync(options => options.ServerOptions(server =>
        {
            server.AllowedHosts.Add("a");
            server.AllowedHosts.Add("*.shop.example");
            server.AllowedHosts.Add("[::1]");
        }));

        var reply = await Exchange.SendAsync(service.Address, $"POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nMicro-Endpoint: Test.Echo\r\nContent-Length: 2\r\n\r\n{{}}");

        reply.Should().StartWith($"HTTP/1.1 {status} ");
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("https://shop.example", HttpStatusCode.OK)]
    public async Task GrpcRequest_WithAnOrigin_IsServedWhenItIsAllowed_S28(string origin, HttpStatusCode status)
    {
        await using var service = await AttackedService.StartAsync(options => options.ServerOptions(server => server.AllowedOrigins.Add("https://shop.example")));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{service.Address}/attacked.Test/Echo")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 2, (byte)'{', (byte)'}']) { Headers = { { "Content-Type", "application/grpc+json" } } },
            Headers = { { "Origin", origin } },
        };

        (await client.SendAsync(request)).StatusCode.Should().Be(status);

        service.Handled.Should().Be(status == HttpStatusCode.OK ? 1 : 0);
    }

    [Theory]
    [InlineData("shop.example")]
    [InlineData("https://shop.example/path")]
    [InlineData("*")]
    public void Options_OriginThatIsNone_IsRefusedAtTheDoor(string origin)
    {
        var errors = new List<string>();
        var options = new ServerOptions();
        options.AllowedOrigins.Add(origin);

        options.Validate(errors);

        errors.Should().ContainSingle().Which.Should().Contain("allowed origin");
    }

    private static Task<string> CallAsync(AttackedService service, string headers) =>
        Exchange.SendAsync(service.Address, $"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}Micro-Endpoint: Test.Echo\r\nContent-Length: 2\r\n\r\n{{}}");
}
