using System.Runtime.CompilerServices;

namespace Micro.Server.Handlers.Binding;

/// <content>Handlers of all shapes.</content>
public sealed partial class HandlerBinderTests
{
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
}
