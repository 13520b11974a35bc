using System.Runtime.CompilerServices;
using Micro.Codecs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Server.Handlers.Binding;

public sealed class HandlerBinderTests
{
    [Theory]
    [InlineData("TaskOf")]
    [InlineData("ValueTaskOf")]
    [InlineData("Plain")]
    [InlineData("Slow")]
    [InlineData("SlowValue")]
    [InlineData("WithContext")]
    [InlineData("WithBoth")]
    [InlineData("ContextFirst")]
    [InlineData("GoTask")]
    [InlineData("GoValueTask")]
    [InlineData("GoVoid")]
    [InlineData("GoSlow")]
    public async Task Bind_UnaryShapes_AllAnswer(string method) =>
        (await Bind(new Unary(), $"Unary.{method}").CallAsync("{\"text\":\"a\"}")).Should().Be("{\"text\":\"a!\"}\n");

    [Theory]
    [InlineData("NoTask")]
    [InlineData("NoValueTask")]
    [InlineData("NoVoid")]
    [InlineData("NoSlow")]
    public async Task Bind_NoResponse_AnswersEmptyMessage(string method)
    {
        var handler = new Unary();
        var invoker = Bind(handler, $"Unary.{method}");
        (await invoker.CallAsync("{\"text\":\"seen\"}")).Should().Be("{}\n");
        handler.Seen.Should().Be("seen");
        (await invoker.CallAsync("", codec: MicroCodecs.Protobuf, context: null).Invoking(call => call).Should().ThrowAsync<CodecException>())
            .WithMessage("*Message is no protobuf message*");
        invoker.Description.Response!.Type.Should().Be("Empty");
    }

    [Theory]
    [InlineData("Server", "a", "a1", "a2")]
    [InlineData("Raw", "a", "a!")]
    [InlineData("RawValue", "a", "a!")]
    [InlineData("Client", "a,b", "a+b")]
    [InlineData("ClientValue", "a,b", "a+b")]
    [InlineData("Bidirectional", "a,b", "a!", "b!")]
    public async Task Bind_StreamShapes_AllAnswer(string method, string input, params string[] output)
    {
        var invoker = Bind(new Streams(), $"Streams.{method}");
        invoker.IsStream.Should().BeTrue();
        var written = await invoker.StreamAsync([.. input.Split(',').Select(text => new Message { Text = text })]);
        written.Cast<Message>().Select(message => message.Text).Should().Equal(output);
    }

    [Fact]
    public async Task Bind_ClientStreamWithoutResponse_AnswersEmptyMessage() =>
        (await Bind(new Streams(), "Streams.ClientNothing").StreamAsync(new Message { Text = "a" })).Should().ContainSingle().Which
            .Should().BeOfType<Google.Protobuf.WellKnownTypes.Empty>();

    [Fact]
    public async Task Bind_ServerStreamWithoutRequest_IsBadRequest()
    {
        var open = () => Bind(new Streams(), "Streams.Server").StreamAsync();
        (await open.Should().ThrowAsync<MicroException>().WithMessage("*ended before the request*")).Which.Code.Should().Be(400);
    }

    [Fact]
    public async Task Bind_Tokens_AreThoseOfTheCall()
    {
        using var source = new CancellationTokenSource();
        var handler = new Unary();
        var context = Calls.Context("Unary.WithBoth", source.Token);
        await Bind(handler, "Unary.WithBoth").CallAsync("{}", context);
        handler.Context.Should().BeSameAs(context);
        handler.Token.Should().Be(context.CancellationToken);
        await source.CancelAsync();
        handler.Token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task Bind_CancelledStream_EndsTheSequence()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var run = async () => await Bind(new Streams(), "Streams.Bidirectional").InvokeStreamAsync(Calls.Context("Streams.Bidirectional", source.Token), new ListStream([new Message()]));
        await run.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Bind_Names_DropAsyncAndAreSorted() =>
        Bind(new Named()).Select(invoker => invoker.Name).Should().Equal("Named.Async", "Named.Hello", "Named.Inherited", "Named.Zoo");

    [Fact]
    public void Bind_Options_NameVisibilityAndMetadata()
    {
        var options = new HandlerOptions { Name = "Other", Internal = true };
        options.EndpointMetadata["Other.Hello"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b", ["idempotent"] = "false" };
        var invokers = Bind(new Named(), options);
        invokers.Should().OnlyContain(invoker => invoker.IsInternal);
        invokers.Single(invoker => invoker.Name == "Other.Hello").Description.Metadata
            .Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b", ["idempotent"] = "false" });
        invokers.Single(invoker => invoker.Name == "Other.Zoo").Description.Metadata
            .Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["idempotent"] = "true" });
        invokers.Single(invoker => invoker.Name == "Other.Async").Description.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void Bind_MetadataForUnknownEndpoint_Fails()
    {
        var options = new HandlerOptions();
        options.EndpointMetadata["Named.Nope"] = new Dictionary<string, string>(StringComparer.Ordinal);
        FluentActions.Invoking(() => Bind(new Named(), options)).Should().Throw<ArgumentException>().WithMessage("*Named.Nope*Named.Hello*");
    }

    [Fact]
    public void Bind_NoSuitableMethod_SaysWhy() =>
        FluentActions.Invoking(() => Bind(new Unsuitable())).Should().Throw<ArgumentException>()
            .WithMessage("handler Unsuitable has no suitable method*NoMessage: it takes no message*Suitable are public methods like*IAsyncEnumerable*");

    [Fact]
    public void Bind_Unsuitable_IsLoggedAndSkipped()
    {
        var logger = new ListLogger();
        HandlerBinder.Bind(HandlerSource.Shared(new PartlySuitable()), new HandlerOptions(), [], logger).Select(invoker => invoker.Name).Should().Equal("PartlySuitable.Good");
        logger.Lines.Should().ContainSingle().Which.Should().Be("Method Bad of handler PartlySuitable is no endpoint: it takes more than a request and a reply");
    }

    [Fact]
    public void Bind_EveryUnsuitableShape_IsSkipped()
    {
        var logger = new ListLogger();
        FluentActions.Invoking(() => HandlerBinder.Bind(HandlerSource.Shared(new Unsuitable()), new HandlerOptions(), [], logger)).Should().Throw<ArgumentException>();
        logger.Lines.Select(line => line.Split(' ')[1]).Should().BeEquivalentTo(
            "NoMessage", "ByReference", "Span", "TwoContexts", "AsyncVoid", "ReplyAndResult", "StreamWithResult", "SequenceWithoutTask", "TaskOfSequence", "Callback", "ReplyWithoutConstructor");
    }

    [Theory]
    [InlineData(typeof(Overloaded))]
    [InlineData(typeof(SuffixClash))]
    public void Bind_TwoMethodsOfOneName_Fails(Type type) =>
        FluentActions.Invoking(() => Bind(Activator.CreateInstance(type)!)).Should().Throw<ArgumentException>().WithMessage($"*{type.Name}.Hello*rename*");

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("a\r\n")]
    public void Bind_WrongName_Fails(string name) =>
        FluentActions.Invoking(() => Bind(new Named(), new HandlerOptions { Name = name })).Should().Throw<ArgumentException>().WithMessage("*handler name*");

    [Fact]
    public void Bind_GenericHandler_HasNameWithoutArity() => Bind(new Generic<int>()).Single().Name.Should().Be("Generic.Hello");

    [Fact]
    public void Bind_Record_IgnoresGeneratedMethods() => Bind(new Recorded(1)).Single().Name.Should().Be("Recorded.Hello");

    [Fact]
    public async Task Bind_HandlerThatThrows_ThrowsItsException()
    {
        var call = () => Bind(new Named(), "Named.Zoo").CallAsync("{}");
        await call.Should().ThrowAsync<MicroException>().WithMessage("from the zoo");
    }

    private static IReadOnlyList<EndpointInvoker> Bind(object handler, HandlerOptions? options = null) =>
        HandlerBinder.Bind(HandlerSource.Shared(handler), options ?? new HandlerOptions(), [], NullLogger.Instance);

    private static EndpointInvoker Bind(object handler, string endpoint) => Bind(handler).Single(invoker => invoker.Name == endpoint);

    public sealed class Message
    {
        public string Text { get; set; } = "";
    }

    public sealed class NoConstructor
    {
        private NoConstructor()
        {
        }
    }

    public sealed class Unary
    {
        public string? Seen { get; private set; }

        public HandlerContext? Context { get; private set; }

        public CancellationToken Token { get; private set; }

        public Task<Message> TaskOf(Message request) => Task.FromResult(Answer(request));

        public ValueTask<Message> ValueTaskOf(Message request) => new(Answer(request));

        public Message Plain(Message request) => Answer(request);

        public async Task<Message> SlowAsync(Message request)
        {
            await Task.Yield();
            return Answer(request);
        }

        public async ValueTask<Message> SlowValueAsync(Message request)
        {
            await Task.Yield();
            return Answer(request);
        }

        public Task<Message> WithContext(Message request, HandlerContext context)
        {
            Context = context;
            return TaskOf(request);
        }

#pragma warning disable CA1068 // any order must do
        public Task<Message> WithBoth(Message request, CancellationToken cancellationToken, HandlerContext context)
#pragma warning restore CA1068
        {
            (Context, Token) = (context, cancellationToken);
            return TaskOf(request);
        }

        public Task<Message> ContextFirst(HandlerContext context, Message request) => WithContext(request, context);

        public Task GoTask(Message request, Message reply, HandlerContext context)
        {
            GoVoid(context, request, reply);
            return Task.CompletedTask;
        }

        public ValueTask GoValueTask(Message request, Message reply)
        {
            reply.Text = request.Text + "!";
            return default;
        }

        public void GoVoid(HandlerContext context, Message request, Message reply)
        {
            Context = context;
            reply.Text = request.Text + "!";
        }

        public async Task GoSlow(Message request, Message reply)
        {
            await Task.Yield();
            reply.Text = request.Text + "!";
        }

        public Task NoTask(Message request)
        {
            Seen = request.Text;
            return Task.CompletedTask;
        }

        public ValueTask NoValueTask(Message request)
        {
            Seen = request.Text;
            return default;
        }

        public void NoVoid(Message request) => Seen = request.Text;

        public async Task NoSlowAsync(Message request)
        {
            await Task.Yield();
            Seen = request.Text;
        }

        private static Message Answer(Message request) => new() { Text = request.Text + "!" };
    }

    public sealed class Streams
    {
        public async IAsyncEnumerable<Message> Server(Message request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var index = 1; index <= 2; index++)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return new Message { Text = $"{request.Text}{index}" };
            }
        }

        public async Task Raw(IServerStream<Message, Message> stream, HandlerContext context)
        {
            await foreach (var message in stream.ReadAllAsync(context.CancellationToken))
            {
                await stream.WriteAsync(new Message { Text = message.Text + "!" }, context.CancellationToken);
            }
        }

        public async ValueTask RawValue(IServerStream<Message, Message> stream, HandlerContext context) => await Raw(stream, context);

        public async Task<Message> Client(IAsyncEnumerable<Message> requests, HandlerContext context)
        {
            var texts = new List<string>();
            await foreach (var request in requests.WithCancellation(context.CancellationToken))
            {
                texts.Add(request.Text);
            }

            return new Message { Text = string.Join('+', texts) };
        }

        public async ValueTask<Message> ClientValue(IAsyncEnumerable<Message> requests, HandlerContext context) => await Client(requests, context);

        public async Task ClientNothing(IAsyncEnumerable<Message> requests)
        {
            await foreach (var request in requests)
            {
                request.Text.Should().NotBeEmpty();
            }
        }

        public async IAsyncEnumerable<Message> Bidirectional(IAsyncEnumerable<Message> requests)
        {
            await foreach (var request in requests)
            {
                yield return new Message { Text = request.Text + "!" };
            }
        }
    }

    public class NamedBase
    {
        public Message Inherited(Message request) => request;
    }

    public sealed class Named : NamedBase, IDisposable
    {
        public static Message Shared(Message request) => request;

        [Idempotent]
        public Task<Message> HelloAsync(Message request) => Task.FromResult(request);

        public Message Async(Message request) => request;

        [Idempotent]
        public Task<Message> Zoo(Message request) => throw MicroException.Conflict("zoo", $"from the zoo{request.Text}");

        public T Ignored<T>(T request) => request;

        public void Dispose()
        {
        }
    }

    public sealed class Unsuitable
    {
        public Task<Message> NoMessage(CancellationToken cancellationToken) => Task.FromCanceled<Message>(cancellationToken);

        public Message ByReference(ref Message request) => request;

        public int Span(ReadOnlySpan<byte> request) => request.Length;

        public Message TwoContexts(Message request, HandlerContext one, HandlerContext two) => one == two ? request : new Message();

#pragma warning disable VSTHRD100, MA0155 // async void is what must be refused here
        public async void AsyncVoid(Message request)
        {
            await Task.Yield();
            request.Text = "";
        }
#pragma warning restore VSTHRD100, MA0155

        public Task<Message> ReplyAndResult(Message request, Message reply) => Task.FromResult(request == reply ? request : reply);

        public Task<Message> StreamWithResult(IServerStream<Message, Message> stream) => Task.FromResult(new Message { Text = stream.ToString()! });

        public Message SequenceWithoutTask(IAsyncEnumerable<Message> requests) => new() { Text = requests.ToString()! };

        public Task<IAsyncEnumerable<Message>> TaskOfSequence(Message request) => Task.FromException<IAsyncEnumerable<Message>>(new NotSupportedException(request.Text));

        public Message Callback(Func<Message> request) => request();

        public Task ReplyWithoutConstructor(Message request, NoConstructor reply) => Task.FromResult((request, reply));
    }

    public sealed class PartlySuitable
    {
        public Message Good(Message request) => request;

        public Message Bad(Message one, Message two, Message three) => one == two ? two : three;
    }

    public sealed class Overloaded
    {
        public Message Hello(Message request) => request;

        public Message Hello(string request) => new() { Text = request };
    }

    public sealed class SuffixClash
    {
        public Message Hello(Message request) => request;

        public Task<Message> HelloAsync(Message request) => Task.FromResult(request);
    }

    public sealed class Generic<T>
    {
        public T Hello(T request) => request;
    }

    public sealed record Recorded(int Number)
    {
        public Message Hello(Message request) => request;
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            eventId.Should().Be(new EventId(1080, "HandlerMethodSkipped"));
            Lines.Add(formatter(state, exception));
        }
    }
}
