using Greeter;
using Micro.Client;
using Micro.Transport.Grpc.Tests.Server;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Tests the choice of a call's protocol.</summary>
public sealed class ProtocolChoiceTests
{
    [Theory]

    // The node names one; nothing is asked for.
    [InlineData("protocol=mucp", null, false)]
    [InlineData("protocol=grpc", null, true)]
    [InlineData("server=grpc", null, true)]
    [InlineData("protocol=mucp protocols=mucp,grpc", null, false)]
    [InlineData("protocol=grpc protocols=mucp,grpc", null, true)]
    [InlineData("", null, false)]

    // The requested protocol, when the node speaks it or lists no protocols.
    [InlineData("protocol=mucp protocols=mucp,grpc", "grpc", true)]
    [InlineData("protocol=grpc protocols=mucp,grpc", "mucp", false)]
    [InlineData("", "grpc", true)]
    [InlineData("region=eu", "grpc", true)]
    [InlineData("", "mucp", false)]

    // The node does not speak it.
    [InlineData("protocol=mucp", "grpc", false)]
    [InlineData("protocol=mucp protocols=mucp", "grpc", false)]
    [InlineData("protocol=grpc", "mucp", true)]
    public void IsGrpc_NodeAndRequestedProtocol_FollowsTheTable(string metadata, string? wanted, bool expected)
    {
        var pairs = metadata.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => (pair.Split('=')[0], pair.Split('=')[1]));

        NodeProtocol.IsGrpc(GrpcClientFixture.Node("a:1", [.. pairs]), wanted).Should().Be(expected);
    }

    [Theory]
    [InlineData(null, null, "application/protobuf")]
    [InlineData(null, "application/grpc+proto", "application/grpc+proto")]
    [InlineData(null, "application/grpc+json", "application/grpc+json")]
    [InlineData("grpc", null, "application/grpc+proto")]
    [InlineData("grpc", "application/json", "application/grpc+json")]
    [InlineData("mucp", "application/json", "application/json")]
    [InlineData("grpc", "application/json-rpc", "application/json-rpc")]
    public async Task CallAsync_NodeOfThisFramework_UsesTheRequestedProtocol(string? protocol, string? contentType, string expected)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(options => options.Protocol = protocol);
        client.Selector.Nodes = [GrpcClientFixture.Node(server.Address, ("protocol", "mucp"), ("protocols", "mucp,grpc"))];

        var response = await client.HelloAsync("context", new CallOptions { ContentType = contentType });

        response.Msg.Should().Contain($" {expected} ");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("grpc")]
    [InlineData("mucp")]
    public async Task CallAsync_OneNameTwoKindsOfNodes_EachInItsProtocol(string? protocol)
    {
        await using var first = await GrpcServerFixture.StartAsync();
        await using var second = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(options => options.Protocol = protocol);
        var grpcOnly = GrpcClientFixture.Node(first.Address, ("protocol", "grpc"), ("server", "grpc"), ("transport", "grpc"));
        var mucpOnly = GrpcClientFixture.Node(second.Address, ("protocol", "mucp"), ("server", "mucp"), ("transport", "http"));

        client.Selector.Nodes = [grpcOnly, mucpOnly];
        (await client.HelloAsync("context")).Msg.Should().Contain("application/grpc+proto");
        client.Selector.Nodes = [mucpOnly, grpcOnly];
        (await client.HelloAsync("context")).Msg.Should().Contain("application/protobuf");
        await using var stream = await client.PingPongAsync();
        await stream.SendAsync(new Ping { Stroke = 4 });
        await using var pongs = stream.ReadAllAsync().GetAsyncEnumerator();
        (await pongs.MoveNextAsync()).Should().BeTrue();
        pongs.Current.Stroke.Should().Be(4);
    }

    [Fact]
    public async Task CallAsync_GrpcContentTypeToANodeOfMucp_TravelsInItsEnvelope()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture();
        client.Selector.Nodes = [GrpcClientFixture.Node(server.Address, ("protocol", "mucp"))];

        var response = await client.HelloAsync("context", new CallOptions { ContentType = "application/grpc+proto" });

        response.Msg.Should().Contain("application/grpc+proto");
        client.Transport.Channels.Count.Should().Be(0);
    }

    [Fact]
    public async Task CallAsync_ExplicitAddress_ProtocolOfTheOptions()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture();

        (await client.HelloAsync("context", new CallOptions { Addresses = [server.Address] })).Msg.Should().Contain("application/grpc+proto");
    }

    [Fact]
    public void Validate_UnknownProtocol_NamesItAndTheKnownOnes()
    {
        var errors = new List<string>();

        new ClientOptions { Protocol = "soap" }.Validate(errors);

        errors.Should().ContainSingle().Which.Should().Contain("'soap'").And.Contain("mucp").And.Contain("grpc");
    }
}
