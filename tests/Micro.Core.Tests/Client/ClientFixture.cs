
namespace Micro.Client;

/// <summary>A client over fixed nodes, and its test messages.</summary>
internal sealed class ClientFixture : IAsyncDisposable
{
    public ClientFixture(Action<ClientOptions>? configure = null, params string[] addresses)
    {
        Selector = new FixedSelector(addresses);
        Options = new ClientOptions { Selector = Selector, Backoff = BackoffPolicies.None };
        configure?.Invoke(Options);
        Client = new RpcClient(Options, _ => throw new InvalidOperationException("the selector is given"));
    }

    public FixedSelector Selector { get; }

    public ClientOptions Options { get; }

    public RpcClient Client { get; }

    public Task<Reply> CallAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.CallAsync<Ask, Reply>("greeter", "Greeter.Hello", new Ask("x"), options, cancellationToken);

    public async Task<MicroException> FailAsync(CallOptions? options = null) =>
        (await FluentActions.Awaiting(() => CallAsync(options)).Should().ThrowAsync<MicroException>()).Which;

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    internal sealed record Ask(string Name);

    internal sealed record Reply(string Msg);
}
