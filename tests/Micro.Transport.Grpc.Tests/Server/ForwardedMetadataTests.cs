using Micro.Client;
using Micro.Transport.Grpc.Tests.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Metadata that HTTP/2 lets in and HTTP/1.1 does not, in a service that passes it on: S31.</summary>
public sealed class ForwardedMetadataTests
{
    private const int Bystanders = 500;

    [Theory]
    [InlineData("x a", "1")]
    [InlineData("x:b", "1")]
    [InlineData("x(c", "1")]
    [InlineData("x-d", "a\u0001b")]
    public async Task Call_InvalidMetadata_IsDroppedAndOthersAreSent_S31(string name, string value)
    {
        await using var behind = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<int, string>("Test.Names", (_, context) => Task.FromResult(string.Join(',', context.Metadata.Select(pair => pair.Key)))));
        await using var client = new GrpcClientFixture(options => options.Protocol = "mucp", behind.Address);
        var passed = "";
        await using var front = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<int, int>("Test.Forward", async (number, context) =>
            {
                passed = await client.Client.CallAsync<int, string>("greeter", "Test.Names", number, new CallOptions { Metadata = context.Metadata });
                return number;
            }));
        using var attacker = await front.ConnectRawAsync();

        var bystanders = Task.WhenAll(Enumerable.Range(0, Bystanders).Select(number => client.Client.CallAsync<int, string>("greeter", "Test.Names", number)));
        (string, string?)[] headers = [("content-type", "application/grpc+json"), (name, value), ("good", "2"), .. Enumerable.Range(0, 20).Select(number => ($"{name}{number}", (string?)value))];
        await attacker.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Test/Forward", headers));
        await attacker.SendAsync(Http2Frame.Data, Http2Frame.EndStream, 1, [0, 0, 0, 0, 1, (byte)'7']);
        var answer = await attacker.ReadAnswerAsync(1);

        (await bystanders).Should().HaveCount(Bystanders, "calls of others on the same connection are none of the attacker's business");
        answer.GrpcStatus.Should().Be("0", "the pair is dropped, not the call");
        passed.Split(',').Should().Contain(key => key.Equals("good", StringComparison.OrdinalIgnoreCase)).And.NotContain(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
        front.Logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "MetadataDropped", "a stranger does not fill the log");
    }
}
