using Greeter;
using Micro.Client;
using Micro.Testing;

namespace Micro.Server;

public sealed class StreamCallTests
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/protobuf")]
    [InlineData("application/grpc+proto")]
    public async Task ServerStream_AllMessagesArriveInOrder_ThenTheEnd(string contentType)
    {
        await using var fixture = await StartAsync();
        await using var stream = await fixture.OpenAsync<StreamRequest, StreamResponse>("Test.Count", new CallOptions { ContentType = contentType });
        await stream.SendAsync(new StreamRequest { Count = 100 });
        (await ReadAsync(stream)).Select(message => message.Count).Should().Equal(Enumerable.Range(0, 100).Select(number => (long)number));
        (await ReadAsync(stream)).Should().BeEmpty("the end stays the end");
    }

    [Fact]
    public async Task Bidirectional_PingPong_AndClientStream()
    {
        await using var fixture = await StartAsync();
        await using (var stream = await fixture.OpenAsync<Ping, Pong>("Test.PingPong"))
        {
            await using var pongs = stream.ReadAllAsync().GetAsyncEnumerator();
            for (var stroke = 0; stroke < 50; stroke++)
            {
                await stream.SendAsync(new Ping { Stroke = stroke });
                (await pongs.MoveNextAsync()).Should().BeTrue();
                pongs.Current.Stroke.Should().Be(stroke);
            }

            await stream.CompleteAsync();
            (await pongs.MoveNextAsync()).Should().BeFalse();
            await FluentActions.Awaiting(async () => await stream.SendAsync(new Ping())).Should().ThrowAsync<InvalidOperationException>();
        }

        await using var summing = await fixture.OpenAsync<int, int>("Test.Sum");
        for (var number = 1; number <= 100; number++)
        {
            await summing.SendAsync(number);
        }

        await summing.CompleteAsync();
        (await ReadAsync(summing)).Should().Equal(5050);
    }

    [Fact]
    public async Task SendAsync_ServerHasFailedTheStream_ThrowsItsErrorWithoutAReceiver()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
            server.HandleStream<int, int>("Test.Fail", (_, _) => throw MicroException.Forbidden("test", "not you")));
        await using var stream = await fixture.OpenAsync<int, int>("Test.Fail");
        MicroException? failure = null;

        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await stream.SendAsync(1);
                }
                catch (MicroException exception)
                {
                    failure = exception;
                }

                return failure is not null;
            },
            "sending fails");

        (failure!.Code, failure.Detail, failure.Kind).Should().Be((403, "not you", ErrorKind.Application));
        failure.Node!.Address.Should().Be(fixture.Address);
        var reading = () => ReadAsync(stream);
        (await reading.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(403, "the receiver gets it too");
    }

    [Fact]
    public async Task SendAsync_MessagesArriveMeanwhile_NoneIsLost()
    {
        await using var fixture = await StartAsync();
        await using var stream = await fixture.OpenAsync<Ping, Pong>("Test.PingPong");

        for (var stroke = 0; stroke < 10; stroke++)
        {
            await stream.SendAsync(new Ping { Stroke = stroke });
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        await stream.CompleteAsync();
        (await ReadAsync(stream)).Select(pong => pong.Stroke).Should().Equal(Enumerable.Range(0, 10).Select(stroke => (long)stroke));
    }

    [Fact]
    public async Task Stream_RawBytes_AreNotEncoded()
    {
        await using var fixture = await StartAsync();
        await using var stream = await fixture.OpenAsync<byte[], byte[]>("Test.Bytes");
        await stream.SendAsync([1, 2, 3]);
        await stream.SendAsync([4]);
        await stream.CompleteAsync();
        (await ReadAsync(stream)).Should().BeEquivalentTo([new byte[] { 1, 2, 3 }, [4]]);
    }

    [Fact]
    public async Task Stream_HandlerReadsSlowly_TheClientIsHeldBack()
    {
        var gate = new TaskCompletionSource();
        await using var fixture = await ServerFixture.StartAsync(server => server.HandleStream<byte[], byte[]>("Test.Slow", async (stream, _) =>
        {
            await gate.Task;
            var count = 0;
            await foreach (var message in stream.ReadAllAsync())
            {
                count += message.Length;
            }

            await stream.WriteAsync(BitConverter.GetBytes(count));
        }));
        await using var stream = await fixture.OpenAsync<byte[], byte[]>("Test.Slow");
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 1000; sent++)
            {
                await stream.SendAsync(new byte[64 * 1024]);
            }

            await stream.CompleteAsync();
        });
        var last = -1;
        await Eventually.TrueAsync(
            async () =>
            {
                var before = sent;
                await Task.Delay(200);
                return before == (last = sent);
            },
            "sending stops");
        last.Should().BeLessThan(1000, "64 MB do not fit between client and handler");
        gate.SetResult();
        await sending;
        (await ReadAsync(stream)).Select(bytes => BitConverter.ToInt32(bytes)).Should().Equal(1000 * 64 * 1024);
    }

    [Fact]
    public async Task Stream_HandlerThrows_EndsWithThatError_NoSecret_S24()
    {
        await using var fixture = await StartAsync();
        await using (var stream = await fixture.OpenAsync<int, int>("Test.Throw"))
        {
            await stream.SendAsync(400);
            var failure = (await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<MicroException>()).Which;
            (failure.Code, failure.Detail, failure.Node!.Address).Should().Be((400, "as told", fixture.Address));
            await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<MicroException>("it has failed for good");
        }

        await using var other = await fixture.OpenAsync<int, int>("Test.Throw");
        await other.SendAsync(0);
        (await FluentActions.Awaiting(() => ReadAsync(other)).Should().ThrowAsync<MicroException>()).Which.Detail.Should().StartWith("internal error").And.NotContain("canary");
    }

    [Fact]
    public async Task Stream_HandlerFailsByItsOwnCancellation_ClientGetsAnError()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
            server.HandleStream<int, int>("Test.Own", (_, _) => throw new TaskCanceledException("a call of the handler timed out")));
        await using var stream = await fixture.OpenAsync<int, int>("Test.Own");
        var read = () => ReadAsync(stream).WaitAsync(TimeSpan.FromSeconds(20));
        (await read.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(500);
    }

    [Fact]
    public async Task Stream_ResponseCannotBeEncoded_IsNotARequestError()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
            server.HandleStream<int, double>("Test.Odd", async (stream, _) => await stream.WriteAsync(double.NaN)));
        await using var stream = await fixture.OpenAsync<int, double>("Test.Odd");
        (await FluentActions.Awaiting(() => ReadAsync(stream)).Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(500);
    }

    [Fact]
    public async Task Stream_FramesAfterItsEnd_DoNotOpenItAgain()
    {
        var opened = 0;
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.HandleStream<int, int>("Test.Once", (_, _) =>
            {
                Interlocked.Increment(ref opened);
                return Task.CompletedTask;
            });
            server.Handle<int, int>("Test.Echo", (number, _) => Task.FromResult(number));
        });
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Once", "", "Micro-Stream: s\r\n");
        (await socket.ReadAsync())!.Error.Should().Be("EOS");
        await Eventually.TrueAsync(() => opened == 1, "the stream ran");
        for (var frame = 0; frame < 3; frame++)
        {
            await socket.SendRequestAsync("Test.Once", "1", "Micro-Stream: s\r\n");
        }

        await socket.SendRequestAsync("Test.Once", "", "Micro-Stream: s\r\nMicro-Error: EOS\r\n");
        await socket.SendRequestAsync("Test.Echo", "7", "Micro-Id: 8\r\n");
        (await socket.ReadAsync())!["Micro-Id"].Should().Be("8", "late frames are dropped and the connection goes on");
        opened.Should().Be(1);

        await socket.SendRequestAsync("Test.Once", "", "Micro-Stream: s\r\n");
        (await socket.ReadAsync())!.Error.Should().Be("EOS", "after the client's end the id is free again");
        opened.Should().Be(2);
    }

    [Fact]
    public async Task Stream_ClientGoesAway_CancelsTheHandler_R_SRV_12()
    {
        var cancelled = new TaskCompletionSource();
        await using var fixture = await ServerFixture.StartAsync(server => server.HandleStream<int, int>("Test.Wait", async (stream, context) =>
        {
            await stream.WriteAsync(1);
            context.CancellationToken.Register(() => cancelled.TrySetResult());
            await foreach (var _ in stream.ReadAllAsync())
            {
            }
        }));
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Wait", "", "Micro-Stream: s\r\n");
        (await socket.ReadAsync())!.Text.Should().Be("1\n");
        socket.Cut();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Stream_DisposedWhileReceiving_TheReceiverEnds()
    {
        await using var fixture = await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var stream = await fixture.OpenAsync<Ping, Pong>("Test.PingPong");
            var reading = ReadAsync(stream);
            await stream.SendAsync(new Ping());
            await stream.DisposeAsync();
            try
            {
                // A quick server has said its end before the receiver is sent away; both are an end.
                await reading.WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or MicroException)
            {
                // Sent away.
            }
        }
    }

    [Fact]
    public async Task Stream_CallerCancels_ReadingEnds()
    {
        await using var fixture = await StartAsync();
        using var cancel = new CancellationTokenSource();
        await using var stream = await fixture.OpenAsync<Ping, Pong>("Test.PingPong", null, cancel.Token);
        var reading = ReadAsync(stream);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => reading).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Stream_BeyondTheLimitOfAConnection_Is503_LaterFramesDoNotOpenIt()
    {
        await using var fixture = await ServerFixture.StartAsync(
            server => server.HandleStream<int, int>("Test.Wait", async (stream, _) =>
            {
                await foreach (var number in stream.ReadAllAsync())
                {
                    await stream.WriteAsync(number);
                }
            }),
            options => options.Limits.MaxStreamsPerConnection = 1);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Wait", "", "Micro-Stream: a\r\n");
        await socket.SendRequestAsync("Test.Wait", "", "Micro-Stream: b\r\n");
        var refused = (await socket.ReadAsync())!;
        (refused["Micro-Stream"], refused.Error!.Contains("503")).Should().Be(("b", true));
        await socket.SendRequestAsync("Test.Wait", "1", "Micro-Stream: b\r\n");
        await socket.SendRequestAsync("Test.Wait", "2", "Micro-Stream: a\r\n");
        (await socket.ReadAsync())!["Micro-Stream"].Should().Be("a");
    }

    [Fact]
    public async Task Stream_OpenedAndClosed200Times_LeavesNothingBehind()
    {
        await using var fixture = await StartAsync();
        for (var round = 0; round < 200; round++)
        {
            await using var stream = await fixture.OpenAsync<Ping, Pong>("Test.PingPong");
            await stream.SendAsync(new Ping { Stroke = round });
            await foreach (var pong in stream.ReadAllAsync())
            {
                pong.Stroke.Should().Be(round);
                break;
            }
        }

        fixture.Client.IdleConnections.Should().Be(0);
        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0 && fixture.Server.Connections == 0, "the server's counts return to 0");
    }

    private static Task<ServerFixture> StartAsync() => ServerFixture.StartAsync(server =>
    {
        server.HandleStream<StreamRequest, StreamResponse>("Test.Count", async (stream, _) =>
        {
            await foreach (var request in stream.ReadAllAsync())
            {
                for (var count = 0L; count < request.Count; count++)
                {
                    await stream.WriteAsync(new StreamResponse { Count = count });
                }

                break;
            }
        });
        server.HandleStream<Ping, Pong>("Test.PingPong", async (stream, _) =>
        {
            await foreach (var ping in stream.ReadAllAsync())
            {
                await stream.WriteAsync(new Pong { Stroke = ping.Stroke });
            }
        });
        server.HandleStream<int, int>("Test.Sum", async (stream, _) =>
        {
            var sum = 0;
            await foreach (var number in stream.ReadAllAsync())
            {
                sum += number;
            }

            await stream.WriteAsync(sum);
        });
        server.HandleStream<byte[], byte[]>("Test.Bytes", async (stream, _) =>
        {
            await foreach (var bytes in stream.ReadAllAsync())
            {
                await stream.WriteAsync(bytes);
            }
        });
        server.HandleStream<int, int>("Test.Throw", async (stream, _) =>
        {
            await foreach (var code in stream.ReadAllAsync())
            {
                throw code == 0 ? new InvalidOperationException("canary") : new MicroException(code, "test", "as told");
            }
        });
    });

    private static async Task<List<T>> ReadAsync<TRequest, T>(IClientStream<TRequest, T> stream)
    {
        var all = new List<T>();
        await foreach (var message in stream.ReadAllAsync())
        {
            all.Add(message);
        }

        return all;
    }
}
