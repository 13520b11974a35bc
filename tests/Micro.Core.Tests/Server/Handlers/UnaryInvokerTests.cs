using System.Buffers;
using System.Text;
using Greeter;
using Micro.Codecs;

namespace Micro.Server.Handlers;

public sealed class UnaryInvokerTests
{
    [Fact]
    public async Task Invoke_Completed_AnswersSynchronously()
    {
        var invoker = Hello((request, _) => ValueTask.FromResult(new Response { Msg = "Hello " + request.Name }));
        var response = new ArrayBufferWriter<byte>();
        var call = invoker.InvokeAsync(Calls.Context(), MicroCodecs.Json(), Sequences.Of("{\"name\":\"John\"}"), response);
        call.IsCompletedSuccessfully.Should().BeTrue();
        await call;
        Encoding.UTF8.GetString(response.WrittenSpan).Should().Be("{\"msg\":\"Hello John\"}\n");
    }

    [Fact]
    public async Task Invoke_Pending_AnswersLater()
    {
        var gate = new TaskCompletionSource<Response>();
        var response = new ArrayBufferWriter<byte>();
        var call = Hello((_, _) => new ValueTask<Response>(gate.Task)).InvokeAsync(Calls.Context(), MicroCodecs.Protobuf, default, response);
        call.IsCompleted.Should().BeFalse();
        gate.SetResult(new Response { Msg = "x" });
        await call;
        response.WrittenSpan.ToArray().Should().Equal(0x0a, 1, (byte)'x');
    }

    [Fact]
    public void Invoke_WrongRequest_FailsBeforeAnythingRuns()
    {
        var runs = 0;
        var interceptor = new Interceptor((_, _) => throw new InvalidOperationException($"{++runs}"));
        foreach (var interceptors in new IHandlerInterceptor[][] { [], [interceptor] })
        {
            var invoker = Hello((_, _) => throw new InvalidOperationException($"{++runs}"), interceptors);
            FluentActions.Invoking(() => { _ = invoker.InvokeAsync(Calls.Context(), MicroCodecs.Json(), Sequences.Of("{nope"), new ArrayBufferWriter<byte>()).AsTask(); })
                .Should().Throw<CodecException>();
        }

        runs.Should().Be(0);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Invoke_ResponseThatCannotBeWritten_IsNotTheRequestsFault(bool slow, bool withInterceptor)
    {
        Func<string, HandlerContext, Task<string>> handler = async (request, _) =>
        {
            if (slow)
            {
                await Task.Yield();
            }

            return request;
        };
        var invoker = EndpointInvokers.Unary("Test.Call", handler, null, withInterceptor ? [new Interceptor((context, next) => next(context))] : []);
        var call = () => invoker.CallAsync("x", codec: new ReadOnlyCodec());
        (await call.Should().ThrowAsync<InvalidOperationException>().WithMessage("Test.Call failed with its response*")).WithInnerException<CodecException>();
    }

    [Fact]
    public async Task Invoke_HandlerThrowsCodecException_IsNotTheRequestsFault()
    {
        var call = () => Hello((_, _) => throw new CodecException("own", "inside")).CallAsync("{}");
        await call.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Invoke_NullResponse_IsTheEmptyMessage() =>
        (await Hello((_, _) => ValueTask.FromResult<Response>(null!)).CallAsync("{}")).Should().Be("{}\n");

    [Fact]
    public async Task Interceptors_FirstIsOutermost_SeeRequestAndResponse()
    {
        var log = new List<string>();
        var invoker = Hello(
            (request, _) =>
            {
                log.Add("handler");
                return ValueTask.FromResult(new Response { Msg = request.Name });
            },
            [Logging("a", log), Logging("b", log)]);
        (await invoker.CallAsync("{\"name\":\"x\"}")).Should().Be("{\"msg\":\"x\"}\n");
        log.Should().Equal("a { \"name\": \"x\" }", "b { \"name\": \"x\" }", "handler", "b { \"msg\": \"x\" }", "a { \"msg\": \"x\" }");
    }

    [Fact]
    public async Task Interceptor_ReplacedResponse_IsUsed()
    {
        var invoker = Hello(
            (_, _) => ValueTask.FromResult(new Response { Msg = "no" }),
            [new Interceptor(async (context, next) =>
            {
                await next(context);
                context.Response = new Response { Msg = "yes" };
            })]);
        (await invoker.CallAsync("{}")).Should().Be("{\"msg\":\"yes\"}\n");
    }

    [Fact]
    public async Task Interceptor_ShortCircuit_HandlerDoesNotRun()
    {
        Func<Request, HandlerContext, ValueTask<Response>> handler = (_, _) => throw new InvalidOperationException("must not run");
        var answering = Hello(handler, [new Interceptor((context, _) =>
        {
            context.Response = new Response { Msg = "cached" };
            return default;
        })]);
        (await answering.CallAsync("{}")).Should().Be("{\"msg\":\"cached\"}\n");
        (await Hello(handler, [new Interceptor((_, _) => default)]).CallAsync("{}")).Should().Be("{}\n");
    }

    [Fact]
    public async Task Interceptor_ResponseOfWrongType_Fails()
    {
        var invoker = Hello((_, _) => default, [new Interceptor((context, _) =>
        {
            context.Response = "text";
            return default;
        })]);
        var call = () => invoker.CallAsync("{}");
        await call.Should().ThrowAsync<InvalidOperationException>().WithMessage("*String*must be a Response*");
    }

    [Fact]
    public async Task Interceptor_Throws_ExceptionArrives()
    {
        var invoker = Hello((_, _) => default, [new Interceptor((_, _) => throw MicroException.Forbidden("x", "no"))]);
        var call = () => invoker.CallAsync("{}");
        (await call.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(403);
    }

    [Fact]
    public async Task Invoke_ValueTypes_Work()
    {
        var invoker = EndpointInvokers.Unary<int, int>("Test.Double", (number, _) => Task.FromResult(number * 2), null, [new Interceptor((context, next) => next(context))]);
        (await invoker.CallAsync("21")).Should().Be("42\n");
    }

    [Fact]
    public async Task Invoke_Bytes_AreNotEncoded()
    {
        var invoker = EndpointInvokers.Unary<byte[], byte[]>("Test.Echo", (bytes, _) => ValueTask.FromResult(bytes), null, []);
        (await invoker.CallAsync("{any", codec: MicroCodecs.Protobuf)).Should().Be("{any");
    }

    [Fact]
    public async Task Invoke_OtherKind_Fails()
    {
        var unary = Hello((_, _) => default);
        var wrong = async () => await unary.InvokeStreamAsync(Calls.Context(), new ListStream([]));
        await wrong.Should().ThrowAsync<InvalidOperationException>().WithMessage("Greeter.Hello is not a stream");
    }

    [Theory]
    [InlineData("Hello")]
    [InlineData("a.b.c")]
    [InlineData(".b")]
    [InlineData("a.")]
    [InlineData("a.b c")]
    public void Unary_WrongName_Fails(string endpoint) =>
        FluentActions.Invoking(() => EndpointInvokers.Unary<int, int>(endpoint, (number, _) => ValueTask.FromResult(number), null, []))
            .Should().Throw<ArgumentException>().WithMessage("*Handler.Method*");

    private static EndpointInvoker Hello(Func<Request, HandlerContext, ValueTask<Response>> handler, params IHandlerInterceptor[] interceptors) =>
        EndpointInvokers.Unary("Greeter.Hello", handler, null, interceptors);

    private static Interceptor Logging(string name, List<string> log) => new(async (context, next) =>
    {
        log.Add($"{name} {context.Request}");
        context.Response.Should().BeNull();
        await next(context);
        log.Add($"{name} {context.Response}");
    });

    /// <summary>Reads text, writes nothing.</summary>
    private sealed class ReadOnlyCodec : ICodec
    {
        public string Name => "read-only";

        public void Encode<T>(T message, IBufferWriter<byte> output) => throw new CodecException(Name, "cannot write");

        public T Decode<T>(in ReadOnlySequence<byte> body) => (T)(object)Encoding.UTF8.GetString(body);
    }
}
