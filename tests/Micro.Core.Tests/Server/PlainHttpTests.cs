using System.Text;
using System.Text.Json;

namespace Micro.Server;

/// <summary>Tests answers to plain HTTP clients: curl, probes, other publishers.</summary>
public sealed class PlainHttpTests
{
    private const string GoMicro = "Micro-Id: 1\r\nMicro-Service: test\r\n";

    [Theory]
    [InlineData("Micro-Endpoint: Test.Unknown\r\nContent-Type: application/json", "{}", 404)]
    [InlineData("Micro-Endpoint: Test.Echo\r\nContent-Type: application/json", "{", 400)]
    [InlineData("Micro-Endpoint: Test.Echo\r\nContent-Type: text/html", "{}", 415)]
    [InlineData("Micro-Endpoint: Test.Echo", "{}", 415)]
    [InlineData("Micro-Endpoint: Test.Fail\r\nContent-Type: application/json", "\"\"", 409)]
    [InlineData("Micro-Endpoint: Test.Odd\r\nContent-Type: application/json", "\"\"", 500)]
    [InlineData("Micro-Endpoint: Test.Wait\r\nTimeout: 100000000\r\nContent-Type: application/json", "\"\"", 504)]
    [InlineData("Micro-Topic: events\r\nContent-Type: application/json", "{}", 501)]
    [InlineData("Content-Type: application/json", "{}", 400)]
    [InlineData("Content-Type: application/json", "{", 400)]
    public async Task Call_Fails_StatusAndBodySayIt(string headers, string body, int status)
    {
        await using var fixture = await StartAsync();

        var reply = await SendAsync(fixture, $"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        reply.StartLine.Should().StartWith($"HTTP/1.1 {status} ");
        reply["Content-Type"].Should().Be("application/json");
        JsonDocument.Parse(reply.Text).RootElement.GetProperty("id").GetString().Should().NotBeNullOrEmpty();
        reply.Text.Should().Be(reply.Error);
    }

    [Theory]
    [InlineData("Micro-Endpoint: Test.Unknown\r\nContent-Type: application/json\r\n" + GoMicro, "{}", 404)]
    [InlineData("Micro-Endpoint: Test.Echo\r\nContent-Type: application/json\r\nMicro-Service: test\r\n", "{", 400)]
    [InlineData("Micro-Endpoint: Test.Echo\r\nContent-Type: application/json\r\nX-Micro-Id: 7\r\n", "{", 400)]
    public async Task Call_OfGoMicroFails_IsCarriedAsGoCarriesIt(string headers, string body, int code)
    {
        await using var fixture = await StartAsync();

        var reply = await SendAsync(fixture, $"POST / HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");

        reply.StartLine.Should().Be("HTTP/1.1 200 OK");
        reply.Error.Should().Contain($"\"code\":{code}");
        reply.Body.Should().BeEmpty();
    }

    [Theory]
    [InlineData("GET /metrics")]
    [InlineData("GET /healthz")]
    [InlineData("GET /health/ready/x")]
    [InlineData("HEAD /metrics")]
    [InlineData("OPTIONS /metrics")]
    [InlineData("POST /_sub?id=events")]
    public async Task Request_UnknownPath_Is404AndNamesThePaths(string request)
    {
        await using var fixture = await StartAsync();

        var reply = await SendAsync(fixture, $"{request} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}", hasNoBody: request.StartsWith("HEAD", StringComparison.Ordinal));

        reply.StartLine.Should().Be("HTTP/1.1 404 Not Found");
        reply["Content-Type"].Should().Be("text/plain");
        if (request[0] != 'H')
        {
            reply.Text.Should().Contain("/health/ready").And.Contain("Micro-Endpoint").And.Contain("gRPC");
        }
    }

    [Theory]
    [InlineData("/health/")]
    [InlineData("/health/live/")]
    [InlineData("/health/ready/")]
    [InlineData("/health/ready/?verbose")]
    public async Task Health_SlashBehindIt_IsAnswered(string path)
    {
        await using var fixture = await StartAsync();

        (await SendAsync(fixture, $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).StartLine.Should().Be("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Call_OnAnyPathWithAnEndpoint_Runs()
    {
        await using var fixture = await StartAsync();

        var reply = await SendAsync(fixture, "POST /some/where HTTP/1.1\r\nHost: x\r\nMicro-Endpoint: Test.Echo\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n\"a\"");

        (reply.StartLine, reply.Text).Should().Be(("HTTP/1.1 200 OK", "\"a\"\n"));
    }

    private static Task<ServerFixture> StartAsync() => ServerFixture.StartAsync(static server =>
    {
        server.Handle<string, string>("Test.Echo", static (text, _) => Task.FromResult(text));
        server.Handle<string, string>("Test.Fail", static (_, _) => throw new MicroException(409, "test", "taken"));
        server.Handle<string, string>("Test.Odd", static (_, _) => throw new MicroException(17, "test", "no status of HTTP"));
        server.Handle<string, string>("Test.Wait", static async (text, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return text;
        });
    });

    private static async Task<RawMessage> SendAsync(ServerFixture fixture, string request, bool hasNoBody = false)
    {
        using var socket = await fixture.ConnectAsync();
        await socket.SendAsync(request);
        if (!hasNoBody)
        {
            return (await socket.ReadAsync())!;
        }

        var lines = Encoding.ASCII.GetString(await socket.ReadToEndAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new RawMessage(lines[0], [.. lines.Skip(1).Select(static line => line.Split(": ")).Select(static pair => KeyValuePair.Create(pair[0], pair[1]))], []);
    }
}
