using System.Buffers;
using Micro.Codecs;

namespace Micro.Server.Handlers;

public sealed class StreamInvokerTests
{
    [Fact]
    public async Task Invoke_Interceptors_RunAroundTheStream()
    {
        var log = new List<string>();
        var invoker = Echo([Named("a", log), Named("b", log)]);
        (await invoker.StreamAsync("x", "y")).Should().Equal("x", "y");
        (await invoker.StreamAsync()).Should().BeEmpty();
        log.Should().Equal("a", "b", "/b", "/a", "a", "b", "/b", "/a");
    }

    [Fact]
    public async Task Invoke_ShortCircuit_HandlerDoesNotRun() =>
        (await Echo([new Interceptor((_, _) => default)]).StreamAsync("x")).Should().BeEmpty();

    [Fact]
    public async Task Stream_OwnToken_IsLinkedToTheCall()
    {
        using var call = new CancellationTokenSource();
        using var own = new CancellationTokenSource();
        var list = new ListStream(["a"]);
        var stream = new ServerStream<string, string>(list, call.Token);
        await stream.WriteAsync("b", CancellationToken.None);
        await stream.WriteAsync("c", call.Token);
        list.Tokens.Should().OnlyContain(token => token == call.Token);
        await stream.WriteAsync("d", own.Token);
        list.Tokens[^1].Should().NotBe(call.Token).And.NotBe(own.Token);

        await call.CancelAsync();
        var write = async () => await stream.WriteAsync("e", own.Token);
        await write.Should().ThrowAsync<OperationCanceledException>();
        var read = async () =>
        {
            await foreach (var _ in stream.ReadAllAsync(own.Token))
            {
                list.Written.Clear();
            }
        };
        await read.Should().ThrowAsync<OperationCanceledException>();
        list.Written.Should().Equal("b", "c", "d");
    }

    [Fact]
    public void Invoke_OtherKind_Fails() =>
        FluentActions.Invoking(() => { _ = Echo([]).InvokeAsync(Calls.Context(), MicroCodecs.Json(), default, new ArrayBufferWriter<byte>()).AsTask(); })
            .Should().Throw<InvalidOperationException>().WithMessage("Test.Echo is a stream");

    private static EndpointInvoker Echo(IReadOnlyList<IHandlerInterceptor> interceptors) =>
        EndpointInvokers.Stream<string, string>(
            "Test.Echo",
            async (stream, context) =>
            {
                context.Request.Should().BeNull();
                await foreach (var message in stream.ReadAllAsync(context.CancellationToken))
                {
                    await stream.WriteAsync(message, context.CancellationToken);
                }
            },
            null,
            interceptors);

    private static Interceptor Named(string name, List<string> log) => new(async (context, next) =>
    {
        log.Add(name);
        await next(context);
        log.Add($"/{name}");
    });
}
