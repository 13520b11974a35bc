using Micro.Selection;

namespace Micro.Http;

/// <summary>
/// Sends requests to <c>http://service/…</c> to a node of that service, and on to another node when that is safe. Put it
/// over the handler that connects, in an <see cref="HttpClient"/>, an <see cref="HttpMessageInvoker"/> or under a gRPC
/// channel: responses are handed on as they come, unbuffered, with their trailers. Safe for concurrent use. Disposing it
/// disposes its inner handler, not the selector.
/// </summary>
/// <example>
/// <code>
/// var handler = new MicroDiscoveryHandler(service.Selector)
/// {
///     InnerHandler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) },
/// };
/// using var client = new HttpClient(handler) { BaseAddress = new Uri("http://orders") };
/// </code>
/// </example>
public sealed class MicroDiscoveryHandler : DelegatingHandler
{
    private readonly HttpDiscovery _discovery;
    private readonly Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> _sendAsync;
    private readonly Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> _send;

    /// <summary>Creates a handler; set its <see cref="DelegatingHandler.InnerHandler"/>.</summary>
    /// <param name="selector">Chooses nodes and hears how they do, for example <see cref="MicroService.Selector"/>; not disposed.</param>
    /// <param name="options">Options; <see langword="null"/> for the defaults.</param>
    /// <exception cref="MicroConfigurationException">Options are wrong; all problems are listed.</exception>
    public MicroDiscoveryHandler(ISelector selector, HttpDiscoveryOptions? options = null)
        : this(new HttpDiscovery(NotNull(selector), options ?? new HttpDiscoveryOptions()))
    {
    }

    internal MicroDiscoveryHandler(HttpDiscovery discovery)
    {
        _discovery = discovery;
        _sendAsync = (request, cancellationToken) => new ValueTask<HttpResponseMessage>(base.SendAsync(request, cancellationToken));
        _send = (request, cancellationToken) => ValueTask.FromResult(base.Send(request, cancellationToken));
    }

    /// <summary>
    /// The key of an option of one request, in its <see cref="HttpRequestMessage.Options"/>: whether it may be executed twice without harm,
    /// in place of what its method says (RFC 9110, section 9.2.2).
    /// </summary>
    public static HttpRequestOptionsKey<bool> Idempotent { get; } = new("Micro.Http.Idempotent");

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">
    /// The service has no node, the registry cannot be asked, or the last attempt failed; the inner exception is a
    /// <see cref="MicroException"/> that says which.
    /// </exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _discovery.FindService(request.RequestUri) is { } service
            ? new DiscoveredRequest(_discovery, request, service, _sendAsync).RunAsync(cancellationToken)
            : base.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">As for asynchronous requests.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
#pragma warning disable VSTHRD002 // The caller asked for a synchronous request; only a service's first one waits for the registry
        return _discovery.FindService(request.RequestUri) is { } service
            ? new DiscoveredRequest(_discovery, request, service, _send).RunAsync(cancellationToken).GetAwaiter().GetResult()
            : base.Send(request, cancellationToken);
#pragma warning restore VSTHRD002
    }

    private static ISelector NotNull(ISelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return selector;
    }
}
