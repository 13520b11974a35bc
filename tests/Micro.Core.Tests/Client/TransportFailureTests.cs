namespace Micro.Client;

/// <summary>Tests replies that no server of this framework sends.</summary>
public sealed class TransportFailureTests
{
    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "204 No Content")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope", "404 Not Found: nope")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{}", "neither Content-Length nor chunks")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "Content-Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "99999999 bytes exceeds")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", "exceeds the limit")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{]}", "cannot be decoded")]
    [InlineData("SSH-2.0-OpenSSH_9\r\n\r\n", "not an HTTP/1.1 message")]
    public async Task Reply_Malformed_IsAProtocolError_ConnectionIsClosed(string reply, string detail)
    {
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            await socket.ReadAsync(60);
            await socket.SendAsync(reply);
            await socket.ReadAsync(60);
        });
        await using var fixture = new ClientFixture(null, server.Address);
        var failure = await fixture.FailAsync();
        (failure.Code, failure.Kind, failure.Attempts, failure.Node!.Address).Should().Be((500, ErrorKind.Protocol, 1, server.Address));
        failure.Detail.Should().Contain(detail);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"msg\":\"ok\"}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"msg\":\"ok\"}\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nmicro-id: 99\r\nMicro-Stream: 98\r\nContent-Length: 12\r\n\r\n{\"msg\":\"ok\"}")]
    public async Task Reply_AsOtherServersGiveIt_IsTaken(string reply)
    {
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            while (await socket.ReadAsync(60) is not null)
            {
                await socket.SendAsync(reply);
            }
        });
        await using var fixture = new ClientFixture(null, server.Address);
        for (var call = 0; call < 3; call++)
        {
            (await fixture.CallAsync()).Msg.Should().Be("ok");
        }

        server.Connections.Should().Be(1);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain; charset=utf-8")]
    public async Task Reply_UnsupportedContentTypeOfGoMicro_Is415(string contentType)
    {
        await using var server = ScriptedServer.Answering("unsupported Content-Type: x", $"Content-Type: {contentType}\r\n");
        await using var fixture = new ClientFixture(null, server.Address);
        (await fixture.FailAsync()).Code.Should().Be(415);
    }

    [Fact]
    public async Task ContentType_WithParameters_IsSentWithoutAndReadWithThem()
    {
        RawMessage? request = null;
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            request = await socket.ReadAsync();
            await socket.SendReplyAsync("""{"msg":"ok"}""", "Content-Type: application/json; charset=utf-8\r\n");
        });
        await using var fixture = new ClientFixture(null, server.Address);

        var reply = await fixture.CallAsync(new CallOptions { ContentType = "application/json; charset=utf-8" });

        reply.Msg.Should().Be("ok");
        request!["Content-Type"].Should().Be("application/json", "a go-micro server refuses parameters");
        request["Accept"].Should().Be("application/json");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConn")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"msg\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"msg\"")]
    public async Task Reply_CutInTheMiddle_IsBroken(string part)
    {
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            await socket.ReadAsync(60);
            await socket.SendAsync(part);
        });
        await using var fixture = new ClientFixture(null, server.Address);
        (await fixture.FailAsync()).Kind.Should().Be(ErrorKind.Broken);
    }

    [Fact]
    public async Task Request_ServerResetsBeforeItIsSent_IsNotSentAndGoesToAnotherNode_R_CLI_10()
    {
        await using var resetting = new ScriptedServer((socket, _) =>
        {
            socket.Cut();
            return Task.CompletedTask;
        });
        await using var good = ScriptedServer.Answering("{\"msg\":\"ok\"}");
        await using var fixture = new ClientFixture(options => options.Limits.MaxMessageBytes = 128 << 20, resetting.Address, good.Address);

        // Far more than the sockets' buffers hold, so that it cannot be sent whole.
        var answer = await fixture.Client.CallAsync<byte[], byte[]>("greeter", "Greeter.Hello", new byte[64 << 20], null);

        answer.Should().NotBeEmpty();
        fixture.Selector.Outcomes.First().Outcome.Failure.Should().BeOneOf(ErrorKind.NotSent, ErrorKind.Connect);
    }

    [Fact]
    public async Task Request_CloseConnection_AsksForItAndIsNotPooled()
    {
        string? asked = null;
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            asked = (await socket.ReadAsync(60))!["Connection"];
            await socket.SendReplyAsync("{\"msg\":\"ok\"}", "Connection: close\r\n");
        });
        await using var fixture = new ClientFixture(null, server.Address);
        await fixture.CallAsync(new CallOptions { CloseConnection = true });
        (asked, fixture.Client.IdleConnections).Should().Be(("close", 0));
    }

    [Fact]
    public async Task Request_MetadataOrBodyTooLarge_IsRefusedBeforeSending_S12()
    {
        await using var server = ScriptedServer.Answering("{\"msg\":\"ok\"}");
        await using var fixture = new ClientFixture(options => options.Limits.MaxMessageBytes = 1024, server.Address);
        var large = new CallMetadata { ["a"] = new string('x', 5000), ["b"] = new string('x', 5000) };
        var failure = await fixture.FailAsync(new CallOptions { Metadata = large });
        (failure.Code, failure.Kind).Should().Be((400, ErrorKind.InvalidRequest));
        (await FluentActions.Awaiting(() => fixture.Client.CallAsync<byte[], byte[]>("greeter", "Greeter.Hello", new byte[1025], null)).Should().ThrowAsync<MicroException>())
            .Which.Code.Should().Be(413);
        (await fixture.CallAsync()).Msg.Should().Be("ok");
        server.Connections.Should().Be(1, "the refused call left its connection untouched");
    }

    [Fact]
    public async Task Dispose_EndsTheClient()
    {
        await using var server = ScriptedServer.Answering("{\"msg\":\"ok\"}");
        var fixture = new ClientFixture(null, server.Address);
        await fixture.CallAsync();
        await fixture.DisposeAsync();
        await fixture.DisposeAsync();
        fixture.Client.IdleConnections.Should().Be(0);
        await FluentActions.Awaiting(() => fixture.CallAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }
}
