namespace Micro.AbuseTests.Lab;

/// <summary>A service that counts which of its handlers ran.</summary>
internal sealed class AttackedService : IAsyncDisposable
{
    private readonly MicroService _service;
    private int _handled;

    private AttackedService(Action<MicroServiceOptions>? options) =>
        _service = MicroService.Create(given =>
        {
            given.Name("attacked").Address("127.0.0.1:0").HandleSignals(false);
            options?.Invoke(given);
        }, ["--registry=memory"]);

    /// <summary>Address of the server, host and port.</summary>
    public string Address => _service.Server.Address!;

    /// <summary>Calls that have reached a handler.</summary>
    public int Handled => Volatile.Read(ref _handled);

    public static async Task<AttackedService> StartAsync(Action<MicroServiceOptions>? options = null)
    {
        var attacked = new AttackedService(options);
        attacked._service.Handle<Text, Text>("Test.Echo", (text, _) =>
        {
            Interlocked.Increment(ref attacked._handled);
            return Task.FromResult(text);
        });
        await attacked._service.StartAsync();
        return attacked;
    }

    /// <summary>Returns whether a valid call succeeds.</summary>
    public async Task<bool> ServesAsync() =>
        (await _service.Client.CallAsync<Text, Text>("attacked", "Test.Echo", new Text { Value = "bystander" })).Value == "bystander";

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    internal sealed class Text
    {
        public string Value { get; set; } = "";
    }
}
