using Greeter;
using Micro.Testing;

namespace Micro.Transport.Grpc.Server;

public sealed class ServerCallTests
{
    [Fact]
    public async Task OnePort_BothProtocols_AreAnswered()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();

        await fixture.ExpectHealthyAsync();
    }

    [Theory]
    [InlineData("/greeter.Greeter/Hello")]
    [InlineData("/Greeter/Hello")]
    [InlineData("/other.package.v1.Greeter/Hello")]
    public async Task Path_AnyPrefix_LeadsToTheEndpoint(string path)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var answer = await channel.CallAsync(GrpcMethod.Protobuf<Request, Response>(path), new Request { Name = "Anna" });

        answer.Msg.Should().Be("Hello Anna");
    }
}
