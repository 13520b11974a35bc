using Micro.Server;
using Micro.Testing;
using static Micro.Client.MultiplexingSetup;

namespace Micro.Client;

/// <summary>The client's side of a connection that many calls share.</summary>
public sealed class MultiplexingTests
{
    [Fact]
    public async Task Calls_NodeOfThisFramework_ShareOneConnectionAfterTheFirst()
    {
        await using var fixture = await StartAsync();
        await fixture.CallAsync<string, string>("Test.Echo", "first");

        var calls = Enumerable.Range(0, 50).Select(number => fixture.CallAsync<string, string>("Test.Wait", $"{number}")).ToList();
        await fixture.Running(50);
        var connections = fixture.Server.Connections;
        fixture.Gate.SetResult();

        (await Task.WhenAll(calls)).Should().Equal(Enumerable.Range(0, 50).Select(number => $"{number}"));
        connections.Should().Be(1);
    }

    [Fact]
    public async Task Calls_ServerGivesTheZeroBack_OneCallAtATimePerConnection()
    {
        // As a Go server: every header of the request comes back.
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            while (await socket.ReadAsync(60) is { } request)
            {
                request["Micro-Stream"].Should().NotBeNull("a Go server loses calls without it");
                await socket.SendReplyAsync("\"go\"", $"Content-Type: application/json\r\nMicro-Mux: {request["Micro-Mux"]}\r\nMicro-Id: {request["Micro-Id"]}\r\n");
            }
        });
        await using var client = MakeClient();
        var options = new CallOptions { Addresses = [server.Address] };

        for (var count = 0; count < 5; count++)
        {
            (await client.CallAsync<string, string>("go", "Test.Echo", "x", options)).Should().Be("go");
        }

        server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Call_NodeWithoutMetadata_IsNotAsked()
    {
        var asked = new List<string?>();
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            while (await socket.ReadAsync(60) is { } request)
            {
                asked.Add(request["Micro-Mux"]);
                await socket.SendReplyAsync("\"x\"");
            }
        });
        await using var client = MakeClient(new Node { Id = "n", Address = server.Address });

        await client.CallAsync<string, string>("s", "Test.Echo", "x", null);

        asked.Should().Equal([null]);
    }

    [Fact]
    public async Task Replies_InOtherOrderAndLate_FindTheirCalls()
    {
        await using var server = Multiplexing(async (socket, first) =>
        {
            var requests = new List<RawMessage>();
            for (var count = 0; count < 3; count++)
            {
                requests.Add((await socket.ReadAsync(60))!);
            }

            requests.Reverse();
            await ReplyAsync(socket, first["Micro-Id"]!, "\"answered before\"");
            await ReplyAsync(socket, "999999", "\"never asked\"");
            foreach (var request in requests)
            {
                await ReplyAsync(socket, request["Micro-Id"]!, request.Text);
            }

            await socket.ReadAsync(60);
        });
        await using var client = MakeClient();
        var options = new CallOptions { Addresses = [server.Address], ContentType = "application/json" };
        await client.CallAsync<string, string>("s", "Test.Echo", "first", options);

        var replies = await Task.WhenAll(new[] { "a", "b", "c" }.Select(text => client.CallAsync<string, string>("s", "Test.Echo", text, options)));

        replies.Should().Equal("a", "b", "c");
        server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Call_TimesOutWhileOthersAreAnswered_ServerIsNotifiedAndTheConnectionStays()
    {
        var time = new ManualTimeProvider();
        var isHanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Multiplexing(async (socket, _) =>
        {
            var hanging = await socket.ReadAsync(60);
            isHanging.SetResult();
            var other = await socket.ReadAsync(60);
            await ReplyAsync(socket, other!["Micro-Id"]!, "\"other\"");
            told.SetResult((await socket.ReadAsync(60))!["Micro-Cancel"] == hanging!["Micro-Id"] ? "told" : "something else");
            await ReplyAsync(socket, hanging["Micro-Id"]!, "\"late\"");
            var next = await socket.ReadAsync(60);
            await ReplyAsync(socket, next!["Micro-Id"]!, "\"next\"");
            await socket.ReadAsync(60);
        });
        await using var client = new RpcClient(new ClientOptions { TimeProvider = time }, _ => throw new InvalidOperationException("addresses are given"));
        var options = new CallOptions { Addresses = [server.Address], Retries = 0 };
        await client.CallAsync<string, string>("s", "Test.Echo", "first", options);

        var call = client.CallAsync<string, string>("s", "Test.Echo", "hangs", options with { AttemptTimeout = TimeSpan.FromSeconds(4) });
        await isHanging.Task.WaitAsync(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(3));
        (await client.CallAsync<string, string>("s", "Test.Echo", "x", options)).Should().Be("other");
        time.Advance(TimeSpan.FromSeconds(1));

        var wait = () => call;
        (await wait.Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Timeout);
        (await told.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("told");
        (await client.CallAsync<string, string>("s", "Test.Echo", "x", options)).Should().Be("next");
        server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Call_CallerCancels_HandlerIsCancelledAndOthersContinue()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
            server.Handle<string, string>("Test.Hang", async (text, context) =>
            {
                await using var registration = context.CancellationToken.Register(ended.SetResult);
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return text;
            });
        });
        await fixture.CallAsync<string, string>("Test.Echo", "first");
        using var source = new CancellationTokenSource();

        var hanging = fixture.CallAsync<string, string>("Test.Hang", "x", cancellationToken: source.Token);
        await fixture.Running();
        await source.CancelAsync();

        var wait = () => hanging;
        (await wait.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        (await fixture.CallAsync<string, string>("Test.Echo", "next")).Should().Be("next");
        fixture.Server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Caller_BlocksAfterItsReply_OthersStillGetTheirs()
    {
        using var gate = new ManualResetEventSlim();
        await using var fixture = await StartAsync();
        await fixture.CallAsync<string, string>("Test.Echo", "first");
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var blocking = Task.Run(async () =>
        {
            await fixture.CallAsync<string, string>("Test.Echo", "a").ConfigureAwait(false);
            blocked.SetResult();
            gate.Wait();
        });
        await blocked.Task;
        for (var count = 0; count < 20; count++)
        {
            (await fixture.CallAsync<string, string>("Test.Echo", $"{count}").WaitAsync(TimeSpan.FromSeconds(20))).Should().Be($"{count}");
        }

        fixture.Server.Connections.Should().Be(1);
        gate.Set();
        await blocking;
    }

    [Fact]
    public async Task Call_LargeBody_UsesASeparateConnection()
    {
        await using var fixture = await StartAsync();
        await fixture.CallAsync<string, string>("Test.Echo", "first");
        var waiting = fixture.CallAsync<string, string>("Test.Wait", "waits");
        await fixture.Running();

        var large = new string('x', 100_000);
        (await fixture.CallAsync<string, string>("Test.Echo", large)).Should().Be(large);

        fixture.Server.Connections.Should().Be(2);
        fixture.Gate.SetResult();
        await waiting;
    }

    [Fact]
    public async Task Calls_ManyAtATimeWithCancellations_EachGetsItsOwnReply()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
            server.Handle<string, string>("Test.Yield", async (text, _) =>
            {
                await Task.Yield();
                return text;
            });
        });
        var random = new Random(5);
        var plans = Enumerable.Range(0, 40).Select(_ => random.Next()).ToList();

        await Task.WhenAll(plans.Select((seed, caller) => Task.Run(async () =>
        {
            var own = new Random(seed);
            for (var number = 0; number < 100; number++)
            {
                var text = $"{caller}-{number}-{new string('x', own.Next(300))}";
                using var source = new CancellationTokenSource();
                if (own.Next(10) == 0)
                {
                    source.CancelAfter(TimeSpan.FromMilliseconds(own.Next(3)));
                }

                try
                {
                    (await fixture.CallAsync<string, string>(own.Next(2) == 0 ? "Test.Echo" : "Test.Yield", text, cancellationToken: source.Token)).Should().Be(text);
                }
                catch (OperationCanceledException) when (source.IsCancellationRequested)
                {
                    // Asked for.
                }
            }
        })));
    }
}
