namespace Micro.AbuseTests.Http;

/// <summary>Methods other than POST: S27.</summary>
public sealed class MethodTests
{
    [Theory]
    [InlineData("GET", "405")]
    [InlineData("HEAD", "405")]
    [InlineData("PUT", "405")]
    [InlineData("DELETE", "405")]
    [InlineData("PATCH", "405")]
    [InlineData("TRACE", "405")]
    [InlineData("OPTIONS", "405")]
    [InlineData("post", "405")]
    [InlineData("POST", "200")]
    public async Task Call_ByAnyMethod_OnlyPostRunsIt_S27(string method, string status)
    {
        await using var service = await AttackedService.StartAsync();

        var reply = await Exchange.SendAsync(service.Address, $"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nMicro-Endpoint: Test.Echo\r\nContent-Length: 2\r\n\r\n{{}}");

        reply.Should().StartWith($"HTTP/1.1 {status} ");
        service.Handled.Should().Be(method == "POST" ? 1 : 0);
        if (method == "HEAD")
        {
            reply.Should().EndWith("\r\n\r\n", "an answer to HEAD has no body");
        }
    }

    [Fact]
    public async Task Connect_NamesAHost_OpensNothing_S27()
    {
        await using var service = await AttackedService.StartAsync();

        var reply = await Exchange.SendAsync(service.Address, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nMicro-Endpoint: Test.Echo\r\n\r\n");

        reply.Should().StartWith("HTTP/1.1 405 ").And.Contain("Connection: close");
        service.Handled.Should().Be(0);
    }

    [Fact]
    public async Task Health_ByHead_HasNoBody_S27()
    {
        await using var service = await AttackedService.StartAsync();

        (await Exchange.SendAsync(service.Address, "HEAD /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
            .Should().StartWith("HTTP/1.1 200 ").And.EndWith("\r\n\r\n");
    }

    [Fact]
    public async Task Cancel_ByAnotherMethod_IsNoCancel_S27()
    {
        await using var service = await AttackedService.StartAsync();

        (await Exchange.SendAsync(service.Address, "GET / HTTP/1.1\r\nHost: a\r\nMicro-Cancel: 1\r\n\r\n")).Should().StartWith("HTTP/1.1 405 ");
    }
}
