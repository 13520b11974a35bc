using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Greeter;
using Micro.Registry;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests HTTP/2 with independent clients: curl and nghttp2's h2load.</summary>
public sealed class OtherPeerTests
{
    [SkippableTheory]
    [InlineData("/health", "200")]
    [InlineData("/health/live?verbose", "200")]
    [InlineData("/health/ready", "200")]
    [InlineData("/elsewhere", "404")]
    [InlineData("/health/ready/", "200")]
    [InlineData("/", "405")]
    public async Task Curl_PlainGet_IsAnsweredAsOnHttp1(string path, string status)
    {
        Skip.IfNot(await HasHttp2Async(), "curl with HTTP/2 is not there");
        await using var fixture = await GrpcServerFixture.StartAsync();

        var http2 = await RunAsync("curl", "-s", "--http2-prior-knowledge", "-w", "%{http_version} %{http_code}", $"http://{fixture.Address}{path}");

        http2.Should().EndWith("2 " + status);
        if (status == "200")
        {
            var http1 = await RunAsync("curl", "-s", "--http1.1", "-w", "%{http_version} %{http_code}", $"http://{fixture.Address}{path}");
            http1.Should().Be(http2.Replace("\n2 ", "\n1.1 ", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task Curl_NotReady_Is503()
    {
        Skip.IfNot(await HasHttp2Async(), "curl with HTTP/2 is not there");
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner) { WriteError = new RegistryDeniedException("memory", "no rights") };
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Registry = registry);

        (await RunAsync("curl", "-s", "--http2-prior-knowledge", "-w", "%{http_code}", $"http://{fixture.Address}/health/ready")).Should().EndWith("503");
        (await RunAsync("curl", "-sI", "--http2-prior-knowledge", $"http://{fixture.Address}/health/live")).Should().StartWith("HTTP/2 200");
    }

    [SkippableFact]
    public async Task Curl_GrpcCall_HasMessageAndTrailers()
    {
        Skip.IfNot(await HasHttp2Async(), "curl with HTTP/2 is not there");
        await using var fixture = await GrpcServerFixture.StartAsync();
        var body = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(body, RawServer.Frame(0, """{"name":"Anna"}"""u8.ToArray()));
            var output = await RunAsync(
                "curl", "-si", "--http2-prior-knowledge", "-H", "content-type: application/grpc+json", "-H", "te: trailers", "--data-binary", "@" + body,
                $"http://{fixture.Address}/greeter.Greeter/Hello");

            output.Should().StartWith("HTTP/2 200").And.Contain("""{"msg":"Hello Anna"}""").And.Contain("grpc-status: 0");
        }
        finally
        {
            File.Delete(body);
        }
    }

    [SkippableFact]
    public async Task H2load_ManyStreamsOnManyConnections_AllSucceed()
    {
        Skip.IfNot(await IsThereAsync("h2load"), "h2load (package nghttp2-client) is not there");
        await using var fixture = await GrpcServerFixture.StartAsync();
        var body = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(body, RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray()));
            var output = await RunAsync(
                "h2load", "-n", "5000", "-c", "10", "-m", "50", "-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers",
                $"http://{fixture.Address}/greeter.Greeter/Hello");

            output.Should().Contain("5000 succeeded, 0 failed");
            fixture.Greeter.Calls.Should().Be(5000);
        }
        finally
        {
            File.Delete(body);
        }
    }

    private static async Task<bool> HasHttp2Async() =>
        await IsThereAsync("curl") && (await RunAsync("curl", "--version")).Contains("HTTP2", StringComparison.Ordinal);

    private static async Task<bool> IsThereAsync(string program)
    {
        try
        {
            await RunAsync(program, "--version");
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8 })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return output;
    }
}
