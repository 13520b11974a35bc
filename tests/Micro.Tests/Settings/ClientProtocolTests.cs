using Micro.Client;
using Micro.Server;

namespace Micro.Tests.Settings;

/// <summary><c>--client</c> and what comes of it.</summary>
public sealed class ClientProtocolTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("--client=grpc", null, "grpc")]
    [InlineData("--client=GRPC", null, "grpc")]
    [InlineData("--client=mucp", "grpc", "mucp")]
    [InlineData("--client=rpc", null, "mucp")]
    [InlineData(null, "grpc", "grpc")]
    public void Create_ClientName_IsTheProtocolOfCalls(string? flag, string? variable, string? expected) =>
        TestService.ClientOptionsOf(args: flag is null ? [] : [flag], environment: new() { ["MICRO_CLIENT"] = variable }).Protocol.Should().Be(expected);

    [Theory]
    [InlineData("mucp", null, null, "application/json")]
    [InlineData("grpc", null, null, "application/grpc+json")]
    [InlineData("mucp", "--client=grpc", null, "application/grpc+json")]
    [InlineData("grpc", "--client=mucp", null, "application/json")]
    [InlineData("mucp", null, "application/grpc+json", "application/grpc+json")]
    public async Task CallAsync_OverTheRegistry_TakesTheProtocolOfNodeFlagOrContentType(string server, string? flag, string? contentType, string expected)
    {
        string[] flags = flag is null ? [] : [flag];
        await using var service = TestService.Create(options => options.Name("greeter"), [$"--server={server}", .. flags]);
        service.Handle(new Echo());
        await service.StartAsync();

        var reply = await service.Client.CallAsync<Ask, Reply>("greeter", "Echo.Tell", new Ask("x"), new CallOptions { ContentType = contentType });

        reply.Text.Should().Be(expected);
    }

    internal sealed record Ask(string Text);

    internal sealed record Reply(string Text);

    private sealed class Echo
    {
        public Reply Tell(Ask ask, HandlerContext context) => new(context.ContentType);
    }
}
