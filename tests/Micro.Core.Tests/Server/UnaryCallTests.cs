using System.Text;
using Greeter;
using Micro.Client;
using Micro.Testing;

namespace Micro.Server;

public sealed class UnaryCallTests
{
    [Fact]
    public async Task Call_ProtobufJsonAndBytes_AreAnswered()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<Request, Response>("Test.Hello", (request, _) => Task.FromResult(new Response { Msg = "Hello " + request.Name }));
            server.Handle<int[], int>("Test.Sum", (numbers, _) => Task.FromResult(numbers.Sum()));
            server.Handle<byte[], byte[]>("Test.Turn", (bytes, _) => Task.FromResult(bytes.Reverse().ToArray()));
        });
        (await fixture.CallAsync<Request, Response>("Test.Hello", new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna");
        (await fixture.CallAsync<Request, Response>("Test.Hello", new Request { Name = "Anna" }, new CallOptions { ContentType = "application/json" })).Msg.Should().Be("Hello Anna");
        (await fixture.CallAsync<Request, Response>("Test.Hello", new Request { Name = "Anna" }, new CallOptions { ContentType = "application/grpc+proto" })).Msg.Should().Be("Hello Anna");
        (await fixture.CallAsync<int[], int>("Test.Sum", [1, 2, 3])).Should().Be(6);
        (await fixture.CallAsync<byte[], byte[]>("Test.Turn", [1, 2, 3])).Should().Equal(3, 2, 1);
        (await fixture.CallAsync<byte[], byte[]>("Test.Turn", [])).Should().BeEmpty();
        fixture.Client.IdleConnections.Should().Be(1, "one connection served them all");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", "\"x\"", "application/json")]
    [InlineData("application/json-rpc;charset=\"UTF-8\"", """{"params":["x"],"id":"1","method":"Test.Echo"}""", "application/json-rpc")]
    public async Task Call_ContentTypeWithParameters_IsAnsweredWithThePlainOne(string contentType, string body, string plain)
    {
        await using var fixture = await ServerFixture.StartAsync(Echo);
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Echo", body, contentType: contentType);
        var reply = (await socket.ReadAsync())!;

        reply.Error.Should().BeNull();
        reply["Content-Type"].Should().Be(plain);
        reply.Text.Should().Contain("\"x\"");
    }

    [Fact]
    public async Task Call_UnsupportedCharset_Is415WithTheContentType()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo);
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Echo", "\"x\"", contentType: "application/json; charset=utf-16");

        (await socket.ReadAsync())!.Error.Should().Contain("\"code\":415").And.Contain("charset=utf-16");
    }

    [Theory]
    [InlineData("Test.Nope", 404)]
    [InlineData("Nope.Hello", 404)]
    [InlineData("Hello", 400)]
    public async Task Call_UnknownEndpoint_IsAnError(string endpoint, int code)
    {
        await using var fixture = await ServerFixture.StartAsync(Echo);
        var call = () => fixture.CallAsync<string, string>(endpoint, "x");
        var failure = (await call.Should().ThrowAsync<MicroException>()).Which;
        (failure.Code, failure.Id, failure.Kind, failure.Attempts).Should().Be((code, "test", ErrorKind.Application, 1));
    }

    [Fact]
    public async Task Call_ThrowingHandler_Is500WithIdAndNoSecret_ConnectionSurvives_R_SRV_13_S24()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Throw", (_, _) => throw new InvalidOperationException("canary-secret"));
            Echo(server);
        });
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Throw", "\"x\"");
        var reply = (await socket.ReadAsync())!;
        reply.StartLine.Should().Be("HTTP/1.1 500 Internal Server Error", "the caller sends none of go-micro's headers");
        reply.Error.Should().MatchRegex("""^\{"id":"test","code":500,"detail":"internal error [0-9a-f]{12}","status":"Internal Server Error"\}$""");
        (string.Concat(reply.Headers) + reply.Text).Should().NotContain("canary").And.NotContain("InvalidOperation");
        var errorId = reply.Error!.Split("internal error ")[1][..12];
        fixture.Logs.Entries.Should().Contain(entry => entry.Message.Contains(errorId) && entry.Error!.Message == "canary-secret");

        await socket.SendRequestAsync("Test.Echo", "\"still here\"");
        (await socket.ReadAsync())!.Text.Should().Be("\"still here\"\n");
    }

    [Fact]
    public async Task Call_ThrowingInterceptor_Is500_R_SRV_13()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo, options => options.Interceptors.Add(new Handlers.Interceptor((_, _) => throw new InvalidOperationException("canary"))));
        var call = () => fixture.CallAsync<string, string>("Test.Echo", "x");
        (await call.Should().ThrowAsync<MicroException>().WithMessage("internal error*")).Which.Code.Should().Be(500);
    }

    [Fact]
    public async Task Call_HugeErrorDetail_StillArrivesAsThatError()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
            server.Handle<string, string>("Test.Throw", (_, _) => throw MicroException.Conflict("test", new string('\u0001', 100_000))));
        var call = () => fixture.CallAsync<string, string>("Test.Throw", "x");
        var failure = (await call.Should().ThrowAsync<MicroException>()).Which;
        (failure.Code, failure.Kind).Should().Be((409, ErrorKind.Application));
        failure.Detail.Should().StartWith("\u0001\u0001").And.EndWith("...");
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Throw", contentType: new string('x', 30_000));
        (await socket.ReadAsync())!.Error!.Length.Should().BeLessThan(3000);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("600")]
    public async Task Call_DeadlinePassedAtArrival_HandlerDoesNotRun_R5(string timeout)
    {
        var runs = 0;
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Count", (text, _) =>
        {
            Interlocked.Increment(ref runs);
            return Task.FromResult(text);
        }));
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Count", "\"x\"", $"Timeout: {timeout}\r\n");
        (await socket.ReadAsync())!.Error.Should().Contain("\"code\":408");
        runs.Should().Be(0);
    }

    [Fact]
    public async Task Call_DeadlineDuringTheHandler_CancelsItsTokenAndIs408()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Wait", async (text, context) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            return text;
        }));
        using var socket = await fixture.ConnectAsync();
        for (var round = 0; round < 50; round++)
        {
            // Odd fractions of a millisecond: timers count whole ones and may fire early.
            await socket.SendRequestAsync("Test.Wait", "\"x\"", $"Timeout: {1_990_000 + (round * 37_000)}\r\n");
            (await socket.ReadAsync())!.Error.Should().Contain("\"code\":408");
        }
    }

    [Fact]
    public async Task Call_ClientDisconnects_CancelsTheHandler_R_SRV_12()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Wait", async (text, context) =>
        {
            context.CancellationToken.Register(() => cancelled.TrySetResult());
            started.TrySetResult();
            await cancelled.Task;
            return text;
        }));
        var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Wait", "\"x\"");
        await started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        socket.Dispose();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Call_MessageOneByteTooLarge_Is413_NextCallOnTheSameConnectionSucceeds_S10()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo, options => options.Limits.MaxMessageBytes = 4096);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Echo", $" \"{new string('x', 4093)}\"");
        (await socket.ReadAsync())!.Body.Should().HaveCount(4096, "the limit itself is allowed both ways");
        await socket.SendRequestAsync("Test.Echo", $"\"{new string('x', 4095)}\"", "Micro-Id: 9\r\n");
        var refused = (await socket.ReadAsync())!;
        (refused.Error!.Contains("\"code\":413"), refused["Micro-Id"]).Should().Be((true, "9"));
        await socket.SendRequestAsync("Test.Echo", "\"x\"");
        (await socket.ReadAsync())!.Text.Should().Be("\"x\"\n");
    }

    [Fact]
    public async Task Call_ChunksBeyondTheLimit_Are413_NextCallOnTheSameConnectionSucceeds_S10()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo, options => options.Limits.MaxMessageBytes = 4096);
        using var socket = await fixture.ConnectAsync();
        var chunk = "400\r\n" + new string('x', 1024) + "\r\n";
        await socket.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nMicro-Endpoint: Test.Echo\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}{chunk}{chunk}0\r\n\r\n");
        (await socket.ReadAsync())!.Error.Should().Contain("\"code\":413");
        await socket.SendRequestAsync("Test.Echo", "\"x\"");
        (await socket.ReadAsync())!.Text.Should().Be("\"x\"\n");
    }

    [Fact]
    public async Task Call_FourGiBDeclared_IsRefusedAtOnceAndClosed_S10()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo);
        using var socket = await fixture.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nMicro-Endpoint: Test.Echo\r\nContent-Length: 4294967296\r\n\r\n");
        var refused = (await socket.ReadAsync())!;
        refused.Error.Should().Contain("\"code\":413");
        refused["Connection"].Should().Be("close");
        (await socket.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Call_TooLargeAndWaitingForLeave_IsRefusedWithoutLeave()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo, options => options.Limits.MaxMessageBytes = 4096);
        using var socket = await fixture.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nMicro-Endpoint: Test.Echo\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
        var refused = (await socket.ReadAsync())!;
        (refused.StartLine, refused["Connection"]).Should().Be(("HTTP/1.1 413 Payload Too Large", "close"));
        refused.Error.Should().Contain("\"code\":413");
    }

    [Fact]
    public async Task Call_TooManyHeaders_Is431_S12()
    {
        await using var fixture = await ServerFixture.StartAsync(Echo);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Echo", headers: string.Concat(Enumerable.Range(0, 101).Select(number => $"h{number}: v\r\n")));
        (await socket.ReadAsync())!.StartLine.Should().StartWith("HTTP/1.1 431");
        (await socket.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Call_MoreThanTheLimitRun_Is503AtOnce_S16()
    {
        var gate = new TaskCompletionSource();
        var running = new CountdownEvent(2);
        await using var fixture = await ServerFixture.StartAsync(
            server => server.Handle<string, string>("Test.Wait", async (text, _) =>
            {
                running.Signal();
                await gate.Task;
                return text;
            }),
            options => options.Limits.MaxConcurrentCalls = 2);
        var calls = new[] { fixture.CallAsync<string, string>("Test.Wait", "a"), fixture.CallAsync<string, string>("Test.Wait", "b") };
        await Eventually.TrueAsync(() => running.IsSet, "both run");
        var call = () => fixture.CallAsync<string, string>("Test.Wait", "c", new CallOptions { Retries = 0 });
        var failure = (await call.Should().ThrowAsync<MicroException>()).Which;
        (failure.Code, failure.Kind).Should().Be((503, ErrorKind.Unavailable));
        gate.SetResult();
        (await Task.WhenAll(calls)).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Call_1000InSequence_And64CallersInParallel_EachGetsItsOwnAnswer()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<int, int>("Test.Twice", async (number, _) =>
        {
            if (number % 7 == 0)
            {
                await Task.Yield();
            }

            return number * 2;
        }));
        for (var number = 0; number < 1000; number++)
        {
            (await fixture.CallAsync<int, int>("Test.Twice", number)).Should().Be(number * 2);
        }

        fixture.Client.IdleConnections.Should().Be(1);
        await Task.WhenAll(Enumerable.Range(1, 64).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; call < 200; call++)
            {
                var number = (caller * 1000) + call;
                (await fixture.CallAsync<int, int>("Test.Twice", number)).Should().Be(number * 2);
            }
        })));
        fixture.Client.IdleConnections.Should().BeInRange(1, 64);
    }

    [Fact]
    public async Task Call_MetadataOfTheFramework_IsOverwritten_R_CLI_13()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Read", (key, context) =>
            Task.FromResult(context.Metadata.GetValueOrDefault(key) ?? "none")));
        var metadata = new CallMetadata { ["X-Tenant"] = "größe", ["Micro-Endpoint"] = "Evil.Call", ["timeout"] = "1", ["x-micro-error"] = "EOS", ["Accept"] = "text/evil" };
        var options = new CallOptions { Metadata = metadata };
        (await fixture.CallAsync<string, string>("Test.Read", "x-tenant", options)).Should().Be("größe");
        (await fixture.CallAsync<string, string>("Test.Read", "Micro-Endpoint", options)).Should().Be("Test.Read");
        (await fixture.CallAsync<string, string>("Test.Read", "X-Micro-Error", options)).Should().Be("none");
    }

    [Fact]
    public async Task Call_ReceivedMetadataPassedOn_ArrivesWithoutTransportHeaders_S9()
    {
        await using var inner = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Read", (_, context) =>
            Task.FromResult(string.Join(';', context.Metadata.Where(pair => !pair.Key.StartsWith("Micro-", StringComparison.Ordinal)).Select(pair => $"{pair.Key}={pair.Value}")))));
        await using var outer = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Forward", (text, context) => inner.CallAsync<string, string>("Test.Read", text, new CallOptions { Metadata = context.Metadata }));
            server.Handle<string, string>("Test.Stream", async (text, context) =>
            {
                await using var stream = await inner.OpenAsync<string, string>("Test.Read", new CallOptions { Metadata = context.Metadata });
                return text;
            });
        });
        using var socket = await outer.ConnectAsync();
        await socket.SendRequestAsync("Test.Forward", "\"x\"", "Keep-Alive: 5\r\nUpgrade: h2c\r\nX-Tenant: b\r\nConnection: keep-alive\r\nTE: trailers\r\n");
        (await socket.ReadAsync())!.Text.Should().Contain("X-Tenant=b").And.NotContain("Upgrade").And.NotContain("Keep-Alive").And.NotContain("TE=");
        await socket.SendRequestAsync("Test.Stream", "\"x\"");
        (await socket.ReadAsync())!.Error.Should().BeNull("what was received may be passed on");
    }

    [Fact]
    public async Task Call_GeneratedMetadata_IsRefusedOrArrivesUnchanged_S9()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, byte[]>("Test.Read", (_, context) => Task.FromResult(Encoding.Unicode.GetBytes(context.Metadata["x-value"])));
            server.Handle<string, int>("Test.Count", (_, context) => Task.FromResult(context.Metadata.Count));
        });
        var random = new Random(99);
        const string Alphabet = "ab \t\r\n\0:;\"\u0001\u007fäß漢\ud83d\ude00\ud800\udc00";

        // The first call on a connection carries more headers than those that share it afterwards.
        await fixture.CallAsync<string, int>("Test.Count", "x");
        var usual = await fixture.CallAsync<string, int>("Test.Count", "x");
        var arrived = 0;
        for (var round = 0; round < 1000; round++)
        {
            var value = new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var metadata = new CallMetadata();
            try
            {
                metadata["x-value"] = value;
            }
            catch (ArgumentException)
            {
                continue;
            }

            arrived++;
            var options = new CallOptions { Metadata = metadata, ContentType = "application/json" };
            Encoding.Unicode.GetString(await fixture.CallAsync<string, byte[]>("Test.Read", "x", options)).Should().Be(value, $"round {round}");
            (await fixture.CallAsync<string, int>("Test.Count", "x", options)).Should().Be(usual + 1);
        }

        arrived.Should().BeGreaterThan(100);
    }

    private static void Echo(RpcServer server) => server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
}
