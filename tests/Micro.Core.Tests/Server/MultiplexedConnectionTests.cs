namespace Micro.Server;

/// <summary>The server's side of a connection that many calls share, seen from a raw socket.</summary>
public sealed class MultiplexedConnectionTests
{
    [Fact]
    public async Task Request_Multiplexing_ReplyConfirmsItAndHasItsId()
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Echo", "\"a\"", "Micro-Id: 7\r\nMicro-Mux: 0\r\n");
        var reply = await socket.ReadAsync();

        reply!["Micro-Mux"].Should().Be("1");
        reply["Micro-Id"].Should().Be("7");
        reply.Text.Trim().Should().Be("\"a\"");
    }

    [Theory]
    [InlineData("Micro-Id: 7\r\n")]
    [InlineData("Micro-Mux: 0\r\n")]
    [InlineData("Micro-Id: x7\r\nMicro-Mux: 0\r\n")]
    [InlineData("Micro-Id: 7\r\nMicro-Mux: 2\r\n")]
    public async Task Request_DoesNotAskOrHasNoDecimalId_ReplyDoesNotSayOne(string headers)
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Echo", "\"a\"", headers);

        (await socket.ReadAsync())!["Micro-Mux"].Should().NotBe("1");
    }

    [Fact]
    public async Task Requests_FirstOneWaits_LaterOnesAreAnsweredBefore()
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Wait", "\"slow\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await fixture.Running();
        await socket.SendRequestAsync("Test.Echo", "\"fast\"", "Micro-Id: 2\r\n");
        (await socket.ReadAsync())!["Micro-Id"].Should().Be("2");
        fixture.Gate.SetResult();

        (await socket.ReadAsync())!["Micro-Id"].Should().Be("1");
    }

    [Fact]
    public async Task Requests_HandlersBlockTheirThreads_NoneDelaysAnother()
    {
        using var gate = new ManualResetEventSlim();
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Block", (text, _) =>
            {
                gate.Wait();
                return Task.FromResult(text);
            });
            server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
        });
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Echo", "\"a\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await socket.ReadAsync();

        // In one piece, so that they are there together: blocked first and in the middle.
        await socket.SendAsync(string.Concat(Request("Test.Block", 2), Request("Test.Echo", 3), Request("Test.Block", 4), Request("Test.Echo", 5)));
        string?[] first = [(await socket.ReadAsync())!["Micro-Id"], (await socket.ReadAsync())!["Micro-Id"]];
        await socket.SendAsync(Request("Test.Echo", 6));
        var late = (await socket.ReadAsync())!["Micro-Id"];
        gate.Set();
        string?[] last = [(await socket.ReadAsync())!["Micro-Id"], (await socket.ReadAsync())!["Micro-Id"]];

        first.Should().BeEquivalentTo("3", "5");
        late.Should().Be("6");
        last.Should().BeEquivalentTo("2", "4");
    }

    [Fact]
    public async Task Request_WithoutIdAmongMultiplexed_IsAnsweredInOrder()
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Wait", "\"slow\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await fixture.Running();
        await socket.SendRequestAsync("Test.Echo", "\"in order\"");
        fixture.Gate.SetResult();

        (await socket.ReadAsync())!["Micro-Id"].Should().Be("1");
        (await socket.ReadAsync())!.Text.Trim().Should().Be("\"in order\"");
    }

    [Fact]
    public async Task Cancel_RunningCall_ItsTokenFiresAndOthersRunOn()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Hang", async (text, context) =>
            {
                await using var registration = context.CancellationToken.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return text;
            });
            server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
        });
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Hang", "\"a\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await fixture.Running();

        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nMicro-Cancel: 1\r\n\r\n");
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var answer = await socket.ReadAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nMicro-Cancel: 99\r\n\r\n" + Request("Test.Echo", 2));

        answer!["Micro-Id"].Should().Be("1");
        answer.Error.Should().Contain("cancelled by the caller");
        (await socket.ReadAsync())!["Micro-Id"].Should().Be("2");
        fixture.Logs.Entries.Should().NotContain(entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task Requests_MoreThanTheLimit_AreNotReadUntilSomeHaveEnded_S11()
    {
        await using var fixture = await StartAsync(options => options.Limits.MaxCallsPerConnection = 2);
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Wait", "\"a\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await socket.SendAsync(Request("Test.Wait", 2) + Request("Test.Wait", 3) + Request("Test.Wait", 4));
        await fixture.Running(2);
        using (var other = await fixture.ConnectAsync())
        {
            // Another connection is served meanwhile; a third call of this one is not.
            await other.SendRequestAsync("Test.Echo", "\"x\"");
            await other.ReadAsync();
        }

        fixture.Server.RunningCalls.Should().Be(2);
        fixture.Gate.SetResult();
        var ids = new List<string?>();
        for (var count = 0; count < 4; count++)
        {
            ids.Add((await socket.ReadAsync())!["Micro-Id"]);
        }

        ids.Should().BeEquivalentTo("1", "2", "3", "4");
    }

    [Fact]
    public async Task Error_OfMultiplexedCall_HasItsIdAndTheConnectionStays()
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Echo", "\"a\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await socket.ReadAsync();

        await socket.SendAsync(Request("Test.Missing", 2) + Request("Test.Echo", 3, contentType: "text/unknown") + Request("Test.Echo", 4));
        var replies = new List<RawMessage>();
        for (var count = 0; count < 3; count++)
        {
            replies.Add((await socket.ReadAsync())!);
        }

        replies.Select(reply => reply["Micro-Id"]).Should().BeEquivalentTo("2", "3", "4");
        replies.Single(reply => reply["Micro-Id"] == "2").Error.Should().Contain("404");
        replies.Single(reply => reply["Micro-Id"] == "3").Error.Should().Contain("415");
        replies.Single(reply => reply["Micro-Id"] == "4").Error.Should().BeNull();
    }

    [Fact]
    public async Task ClientGone_CallsRun_TheirTokensFire()
    {
        var cancelled = new CountdownEvent(2);
        await using var fixture = await ServerFixture.StartAsync(server =>
            server.Handle<string, string>("Test.Hang", async (text, context) =>
            {
                await using var registration = context.CancellationToken.Register(() => cancelled.Signal());
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return text;
            }));
        using (var socket = await fixture.ConnectAsync())
        {
            await socket.SendRequestAsync("Test.Hang", "\"a\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
            await socket.SendAsync(Request("Test.Hang", 2));
            await fixture.Running(2);
        }

        cancelled.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
        cancelled.Dispose();
    }

    [Fact]
    public async Task Stop_CallsRun_TheyAreAnsweredAndNoMoreAreTaken()
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Wait", "\"a\"", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await fixture.Running();

        var stopping = fixture.Server.StopAsync();
        fixture.Gate.SetResult();
        var reply = await socket.ReadAsync();
        var goodbye = await socket.ReadAsync();
        await stopping;

        reply!["Micro-Id"].Should().Be("1");
        goodbye!.StartLine.Should().StartWith("HTTP/1.1 503");
        goodbye["Connection"].Should().Be("close");
        (await socket.ReadAsync()).Should().BeNull();
    }

    private static Task<ServerFixture> StartAsync(Action<ServerOptions>? configure = null)
    {
        ServerFixture? made = null;
        return ServerFixture.StartAsync(
            server =>
            {
                server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
                server.Handle<string, string>("Test.Wait", async (text, _) =>
                {
                    await made!.Gate.Task;
                    return text;
                });
            },
            configure,
            fixture => made = fixture);
    }

    private static string Request(string endpoint, long id, string contentType = "application/json") =>
        $"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {contentType}\r\nMicro-Endpoint: {endpoint}\r\nContent-Length: 3\r\nMicro-Id: {id}\r\n\r\n\"a\"";
}
