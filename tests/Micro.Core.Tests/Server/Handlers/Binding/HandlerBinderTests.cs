using Micro.Codecs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Server.Handlers.Binding;

public sealed partial class HandlerBinderTests
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
            .WithMessage("*Message is not a protobuf message*");
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
    public void Bind_NoSuitableMethod_ReportsTheReason() =>
        FluentActions.Invoking(() => Bind(new Unsuitable())).Should().Throw<ArgumentException>()
            .WithMessage("handler Unsuitable has no suitable method*NoMessage: it has no message parameter*Suitable are public methods like*IAsyncEnumerable*");

    [Fact]
    public void Bind_Unsuitable_IsLoggedAndSkipped()
    {
        var logger = new ListLogger();
        HandlerBinder.Bind(HandlerSource.Shared(new PartlySuitable()), new HandlerOptions(), [], logger).Select(invoker => invoker.Name).Should().Equal("PartlySuitable.Good");
        logger.Lines.Should().ContainSingle().Which.Should().Be("Method Bad of handler PartlySuitable is not an endpoint: it has more parameters than a request and a reply");
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
