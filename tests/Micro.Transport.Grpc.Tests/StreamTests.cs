using Google.Protobuf.WellKnownTypes;

namespace Micro.Transport.Grpc.Tests;

/// <summary>Tests streams of the client against Kestrel's HTTP/2; other tests use this framework's server.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task ReadAllAsync_ServerEndsWithError_MessagesThenStatus()
    {
        await using var server = await RawServer.StartAsync(context => RawServer.AnswerAsync(context, RawServer.Frame("one"), "7", "no"));
        await using var client = server.Connect();
        await using var stream = await client.Client.OpenStreamAsync<StringValue, StringValue>("test", "/test.Echo/Call");
        await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();

        (await answers.MoveNextAsync()).Should().BeTrue();
        answers.Current.Value.Should().Be("one");
        var error = (await FluentActions.Awaiting(() => answers.MoveNextAsync().AsTask()).Should().ThrowAsync<GrpcException>()).Which;
        (error.StatusCode, error.Detail).Should().Be((StatusCode.PermissionDenied, "no"));
    }

    [Theory]
    [InlineData("020000000100")] // unknown flag
    [InlineData("00ffffffff00")] // 4 GiB announced
    [InlineData("000000")] // ends within the prefix
    public async Task ReadAllAsync_MalformedAnswer_ProtocolAndTheNextCallSucceeds(string body)
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/test.Echo/Bad")
            {
                await RawServer.AnswerAsync(context, Convert.FromHexString(body));
                return;
            }

            await RawServer.ReadTextAsync(context);
            await RawServer.AnswerAsync(context, RawServer.Frame("good"));
        });
        await using var client = server.Connect();
        await using var stream = await client.Client.OpenStreamAsync<StringValue, StringValue>("test", "/test.Echo/Bad");
        await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();

        var error = (await FluentActions.Awaiting(() => answers.MoveNextAsync().AsTask()).Should().ThrowAsync<MicroException>()).Which;

        error.Kind.Should().Be(ErrorKind.Protocol);
        (await RawServer.CallAsync(client, "x")).Should().Be("good");
    }
}
