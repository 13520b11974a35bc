using Google.Protobuf;
using Greeter;
using Micro.Client;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Server;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Tests the kinds of failures of connections and HTTP/2, which decide about retry and ejection.</summary>
public sealed class ClientFailureTests
{
    internal static readonly byte[] Good = ScriptedHttp2Server.Message(new Response { Msg = "good" }.ToByteArray());

    [Fact]
    public async Task CallAsync_RefusedOnce_SentAgainUnnoticed()
    {
        var refusals = 1;
        using var server = new ScriptedHttp2Server(request =>
            Interlocked.Decrement(ref refusals) >= 0 ? request.ResetAsync(7) : request.IsComplete ? request.AnswerAsync(Good) : Task.CompletedTask);
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.HelloAsync()).Msg.Should().Be("good");

        client.Failures.Should().BeEmpty();
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task CallAsync_RefusedAlways_NextNodeThoughNotIdempotent()
    {
        using var refusing = new ScriptedHttp2Server(request => request.ResetAsync(7));
        using var server = new ScriptedHttp2Server(AnswerWhenComplete);
        await using var client = new GrpcClientFixture(null, refusing.Address, server.Address);

        (await client.HelloAsync()).Msg.Should().Be("good");

        client.Failures.Should().Equal(ErrorKind.NotSent);
    }

    [Fact]
    public async Task CallAsync_GoAwayBeforeItsStream_SentAgainOnANewConnection()
    {
        var first = 1;
        using var server = new ScriptedHttp2Server(async request =>
        {
            if (request.IsComplete && Interlocked.Exchange(ref first, 0) == 1)
            {
                await request.GoAwayAsync(lastStream: 0);
                return;
            }

            await AnswerWhenComplete(request);
        });
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.HelloAsync()).Msg.Should().Be("good");

        client.Failures.Should().BeEmpty();
        server.Connections.Should().Be(2);
    }

    [Theory]
    [InlineData(2)] // INTERNAL_ERROR
    [InlineData(8)] // CANCEL
    [InlineData(11)] // ENHANCE_YOUR_CALM
    public async Task CallAsync_ResetAfterwards_BrokenAndNotRepeated(byte code)
    {
        using var server = new ScriptedHttp2Server(request => request.IsComplete ? request.ResetAsync(code) : Task.CompletedTask);
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.FailAsync()).Kind.Should().Be(ErrorKind.Broken);

        client.Failures.Should().Equal(ErrorKind.Broken);
        server.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task CallAsync_ConnectionCut_BrokenUnlessIdempotent()
    {
        using var cutting = new ScriptedHttp2Server(request =>
        {
            if (request.IsComplete)
            {
                request.Cut();
            }

            return Task.CompletedTask;
        });
        using var server = new ScriptedHttp2Server(AnswerWhenComplete);
        await using var client = new GrpcClientFixture(null, cutting.Address, server.Address);

        var error = await client.FailAsync();
        (error.Kind, error.Code).Should().Be((ErrorKind.Broken, 503));
        (await client.HelloAsync(options: new CallOptions { Idempotent = true })).Msg.Should().Be("good");
    }

    [Fact]
    public async Task CallAsync_NoListener_ConnectAndNextNode()
    {
        var refused = ScriptedServer.RefusedAddress();
        using var server = new ScriptedHttp2Server(AnswerWhenComplete);
        await using var client = new GrpcClientFixture(null, refused, server.Address);

        (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.HelloAsync()))).Should().OnlyContain(response => response.Msg == "good");

        client.Failures.Should().HaveCount(20).And.OnlyContain(kind => kind == ErrorKind.Connect);
        client.Selector.Nodes = [client.Selector.Nodes[0]];
        var error = await client.FailAsync(options: new CallOptions { Retries = 0 });
        (error.Code, error.Kind).Should().Be((503, ErrorKind.Connect));
        error.Detail.Should().Contain(refused);
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("host")]
    [InlineData(":80")]
    public async Task CallAsync_AddressThatIsNone_Connect(string address)
    {
        await using var client = new GrpcClientFixture(null, address);

        var error = await client.FailAsync(options: new CallOptions { Retries = 0 });

        error.Kind.Should().Be(ErrorKind.Connect);
        error.Detail.Should().Contain($"'{address}' is not host:port");
    }

    [Fact]
    public async Task CallAsync_NodeDoesNotSpeakHttp2_NotExecutedAndNextNode()
    {
        await using var mucp = new ScriptedServer((_, _) => Task.CompletedTask);
        using var server = new ScriptedHttp2Server(AnswerWhenComplete);
        await using var client = new GrpcClientFixture(null, mucp.Address, server.Address);

        (await client.HelloAsync()).Msg.Should().Be("good");

        client.Failures.Should().ContainSingle().Which.Should().BeOneOf(ErrorKind.Connect, ErrorKind.NotSent);
    }

    [Fact]
    public async Task CallAsync_ServerKilledAndBack_CallsSucceedAgain()
    {
        var server = new ScriptedHttp2Server(AnswerWhenComplete);
        var port = server.Port;
        await using var client = new GrpcClientFixture(null, server.Address);
        await client.HelloAsync();

        server.Dispose();
        (await client.FailAsync(options: new CallOptions { Retries = 0 })).Kind.Should().BeOneOf(ErrorKind.Connect, ErrorKind.Broken, ErrorKind.NotSent);
        using var back = new ScriptedHttp2Server(AnswerWhenComplete, port);
        await Eventually.TrueAsync(async () => await IsGoodAsync(client), "calls succeed again");

        client.Transport.Channels.Count.Should().Be(1);
    }

    [Fact]
    public async Task CallAsync_SilentConnection_TheNextCallConnectsAnew()
    {
        var isSilent = false;
        using var server = new ScriptedHttp2Server(request => isSilent || !request.IsComplete ? Task.CompletedTask : request.AnswerAsync(Good));
        await using var client = new GrpcClientFixture(null, server.Address);

        // Settings of the connection that come late on a busy machine would be a sign of life.
        await client.HelloAsync();
        isSilent = true;
        (await client.FailAsync(options: new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(200), Retries = 0 })).Kind.Should().Be(ErrorKind.Timeout);
        isSilent = false;
        await client.HelloAsync();

        server.Connections.Should().Be(2);
    }

    [Fact]
    public async Task CallAsync_ServerStopsUnderLoad_NoCallFailsAndNoneRunsTwice()
    {
        await using var first = await GrpcServerFixture.StartAsync();
        await using var second = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(options => options.RetryBudget = false, first.Address, second.Address);
        using var enough = new CancellationTokenSource();
        var calls = 0;
        var load = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
                Interlocked.Increment(ref calls);
            }
        })).ToList();
        await Eventually.TrueAsync(() => first.Greeter.Calls > 200, "the load runs");

        await first.Server.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => second.Greeter.Calls > 200, "the load goes on");
        await enough.CancelAsync();
        await Task.WhenAll(load);

        (first.Greeter.Calls + second.Greeter.Calls).Should().Be(calls);
    }

    [Fact]
    public async Task OpenStreamAsync_RefusedAfterAMessage_MessageIsSentAgain()
    {
        var refusals = 1;
        using var server = new ScriptedHttp2Server(async request =>
        {
            if (Interlocked.Decrement(ref refusals) >= 0)
            {
                await request.ResetAsync(7);
            }
            else if (request.IsComplete)
            {
                await request.AnswerAsync(Good);
            }
        });
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<Request, Response>("greeter", "Greeter.Hello");
        await stream.SendAsync(new Request { Name = "one" });
        await stream.CompleteAsync();

        (await FirstAsync(stream)).Msg.Should().Be("good");

        server.Requests.Should().HaveCount(2);
        server.Requests.Last().Body.Should().Equal(ScriptedHttp2Server.Message(new Request { Name = "one" }.ToByteArray()));
    }

    [Fact]
    public async Task OpenStreamAsync_RefusedByAServerOfOneStream_PlaceIsFreeForTheNextSending()
    {
        var refusals = 1;
        using var server = new ScriptedHttp2Server(
            request => Interlocked.Decrement(ref refusals) >= 0 ? request.ResetAsync(7) : request.AnswerAsync(Good), mostStreams: 1);
        await using var client = new GrpcClientFixture(options => options.PoolSize = 1, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<Request, Response>("greeter", "Greeter.Hello");
        await stream.SendAsync(new Request { Name = "one" });

        // Not completed: only the reset can have ended the first sending.
        (await FirstAsync(stream).WaitAsync(TimeSpan.FromSeconds(20))).Msg.Should().Be("good");

        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task OpenStreamAsync_RefusedWhileMessagesAreSent_NoneIsLostOrSentTwice()
    {
        var refusals = 1;
        using var server = new ScriptedHttp2Server(async request =>
        {
            if (request.Body.Count > 200 && Interlocked.Decrement(ref refusals) >= 0)
            {
                await request.ResetAsync(7);
            }
            else if (request.IsComplete)
            {
                await request.AnswerAsync(Good);
            }
        });
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<Request, Response>("greeter", "Greeter.Hello");
        var expected = new List<byte>();
        for (var number = 0; number < 500; number++)
        {
            var message = new Request { Name = $"{number}" };
            expected.AddRange(ScriptedHttp2Server.Message(message.ToByteArray()));
            await stream.SendAsync(message);
        }

        await stream.CompleteAsync();

        (await FirstAsync(stream)).Msg.Should().Be("good");
        server.Requests.Should().HaveCount(2);
        server.Requests.Last().Body.Should().Equal(expected);
    }

    [Fact]
    public async Task OpenStreamAsync_NoListener_NextNode()
    {
        var refused = ScriptedServer.RefusedAddress();
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, refused, server.Address);

        await using var stream = await client.PingPongAsync();

        stream.Node.Address.Should().Be(server.Address);
        client.Failures.Should().Equal(ErrorKind.Connect);
    }

    [Fact]
    public async Task ReadAllAsync_ConnectionCut_Broken()
    {
        using var server = new ScriptedHttp2Server(request =>
        {
            request.Cut();
            return Task.CompletedTask;
        });
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.PingPongAsync();
        try
        {
            await stream.SendAsync(new Ping());
        }
        catch (MicroException early)
        {
            early.Kind.Should().Be(ErrorKind.Broken);
        }

        (await FluentActions.Awaiting(() => FirstAsync(stream)).Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Broken);
    }

    [Fact]
    public async Task CallAsync_BusyServer_UnavailableAndNextNode()
    {
        using var busy = new ScriptedHttp2Server(request => request.IsComplete
            ? request.SendHeadersAsync(end: true, (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "14"), ("grpc-message", "draining"))
            : Task.CompletedTask);
        using var server = new ScriptedHttp2Server(AnswerWhenComplete);
        await using var client = new GrpcClientFixture(null, busy.Address, server.Address);

        (await client.HelloAsync()).Msg.Should().Be("good");

        client.Failures.Should().Equal(ErrorKind.Unavailable);
    }

    private static Task AnswerWhenComplete(ScriptedRequest request) => request.IsComplete ? request.AnswerAsync(Good) : Task.CompletedTask;

    private static async Task<bool> IsGoodAsync(GrpcClientFixture client)
    {
        try
        {
            return (await client.HelloAsync(options: new CallOptions { Retries = 0 })).Msg == "good";
        }
        catch (MicroException)
        {
            return false;
        }
    }

    private static async Task<TResponse> FirstAsync<TRequest, TResponse>(IClientStream<TRequest, TResponse> stream)
    {
        await foreach (var response in stream.ReadAllAsync())
        {
            return response;
        }

        throw new InvalidOperationException("the stream ended without a message");
    }
}
