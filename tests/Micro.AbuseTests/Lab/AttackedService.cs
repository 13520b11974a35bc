using Micro.Client;
using Micro.Server;

namespace Micro.AbuseTests.Lab;

/// <summary>A service that counts which of its handlers ran.</summary>
internal sealed class AttackedService : IAsyncDisposable
{
    private readonly MicroService _service;
    private int _handled;

    private AttackedService(Action<MicroServiceOptions>? options, string client) =>
        _service = MicroService.Create(given =>
        {
            given.Name("attacked").Address("127.0.0.1:0").HandleSignals(false);
            options?.Invoke(given);
        }, ["--registry=memory", $"--client={client}"]);

    /// <summary>Address of the server, host and port.</summary>
    public string Address => _service.Server.Address!;

    /// <summary>Calls that have reached a handler.</summary>
    public int Handled => Volatile.Read(ref _handled);

    public static async Task<AttackedService> StartAsync(Action<MicroServiceOptions>? options = null, string client = "mucp")
    {
        var attacked = new AttackedService(options, client);
        attacked._service.Handle<Text, Text>("Test.Echo", (text, _) =>
        {
            Interlocked.Increment(ref attacked._handled);
            return Task.FromResult(text);
        });
        attacked._service.HandleStream<Text, Text>("Test.Chat", static async (stream, context) =>
        {
            await foreach (var text in stream.ReadAllAsync(context.CancellationToken))
            {
                await stream.WriteAsync(text, context.CancellationToken);
            }
        });
        attacked._service.HandleStream<Text, Text>("Test.Feed", FeedAsync);
        await attacked._service.StartAsync();
        return attacked;
    }

    /// <summary>Returns whether a valid call succeeds.</summary>
    public async Task<bool> ServesAsync() =>
        (await _service.Client.CallAsync<Text, Text>("attacked", "Test.Echo", new Text { Value = "bystander" })).Value == "bystander";

    /// <summary>Calls <c>Test.Echo</c> with that metadata.</summary>
    public Task CallAsync(CallMetadata metadata) =>
        _service.Client.CallAsync<Text, Text>("attacked", "Test.Echo", new Text(), new CallOptions { Metadata = metadata });

    /// <summary>Opens a stream, <c>Test.Chat</c> or <c>Test.Feed</c>.</summary>
    public Task<IClientStream<Text, Text>> OpenAsync(string endpoint) => _service.Client.OpenStreamAsync<Text, Text>("attacked", endpoint);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>Waits for the caller to say something and feeds it meanwhile.</summary>
    private static async Task FeedAsync(IServerStream<Text, Text> stream, HandlerContext context)
    {
        var reading = stream.ReadAllAsync(context.CancellationToken).GetAsyncEnumerator();
        var next = reading.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            await stream.WriteAsync(new Text { Value = "fed" }, context.CancellationToken);
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        }

        await next;
        await reading.DisposeAsync();
    }

    internal sealed class Text
    {
        public string Value { get; set; } = "";
    }
}
