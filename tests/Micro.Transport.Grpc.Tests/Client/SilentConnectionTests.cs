using Micro.Client;
using Micro.Transport.Grpc.Tests.Server;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Tests that the first timeout on a silently dead connection retires it: R4, R30.</summary>
public sealed class SilentConnectionTests
{
    private static readonly CallOptions Once = new() { Retries = 0, AttemptTimeout = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CallAsync_ConnectionGoesSilent_NextCallConnectsAnew_R4(bool isOfThisFramework)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var proxy = new CutProxy(server.Address);
        await using var client = new GrpcClientFixture();
        client.Selector.Nodes = [isOfThisFramework
            ? GrpcClientFixture.Node(proxy.Address, ("protocol", "mucp"), ("protocols", "mucp,grpc"))
            : GrpcClientFixture.Node(proxy.Address)];
        await client.HelloAsync();

        proxy.Cut();
        (await client.FailAsync(options: Once)).Kind.Should().Be(ErrorKind.Timeout);

        (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
        proxy.Connections.Should().Be(2);
    }
}
