using Greeter;
using Micro.Client;
using Micro.Transport.Grpc.Client;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>A client that calls fixed nodes over gRPC.</summary>
internal sealed class GrpcClientFixture : IAsyncDisposable
{
    public GrpcClientFixture(Action<ClientOptions>? configure = null, params string[] addresses)
    {
        Selector = new FixedSelector(addresses);
        Options = new ClientOptions { Selector = Selector, Backoff = BackoffPolicies.None, Protocol = "grpc" };
        configure?.Invoke(Options);
        GrpcClientTransport.AddTo(Options);
        var make = Options.Grpc!;
        Options.Grpc = (options, tls) => Transport = (GrpcClientTransport)make(options, tls);
        Client = new RpcClient(Options, _ => throw new InvalidOperationException("the selector is given"));
    }

    public FixedSelector Selector { get; }

    public ClientOptions Options { get; }

    public IMicroClient Client { get; }

    public GrpcClientTransport Transport { get; private set; } = null!;

    /// <summary>Kinds of the failures that the selector has heard of.</summary>
    public IEnumerable<ErrorKind> Failures => Selector.Outcomes.Where(entry => !entry.Outcome.Succeeded).Select(entry => entry.Outcome.Failure);

    public static Node Node(string address, params (string Key, string Value)[] metadata) =>
        new() { Id = address, Address = address, Metadata = metadata.ToDictionary(pair => pair.Key, pair => pair.Value) };

    public Task<Response> HelloAsync(string name = "Anna", CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.CallAsync<Request, Response>("greeter", "Greeter.Hello", new Request { Name = name }, options, cancellationToken);

    public async Task<MicroException> FailAsync(string name = "Anna", CallOptions? options = null) =>
        (await FluentActions.Awaiting(() => HelloAsync(name, options)).Should().ThrowAsync<MicroException>()).Which;

    public Task<IClientStream<Ping, Pong>> PingPongAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.OpenStreamAsync<Ping, Pong>("greeter", "Greeter.PingPong", options, cancellationToken);

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
