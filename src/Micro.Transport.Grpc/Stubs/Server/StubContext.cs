using System.Security.Claims;
using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>The context of a call for handlers of generated stubs, over any protocol.</summary>
internal sealed class StubContext(HandlerContext context, string method) : ServerCallContext
{
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private AuthContext? _authentication;

    /// <summary>Gets the caller as an interceptor has identified it.</summary>
    public ClaimsPrincipal User => context.User;

    /// <summary>Fires when the server begins to stop.</summary>
    public CancellationToken Stopping => context.Stopping;

    protected override string MethodCore => method;

    protected override string HostCore => context.Metadata.GetValueOrDefault("host") ?? context.LocalAddress ?? "";

    protected override string PeerCore => context.RemoteAddress switch
    {
        null => "unknown",
        var address when address.StartsWith('[') => $"ipv6:{address}",
        var address => $"ipv4:{address}",
    };

    protected override DateTime DeadlineCore =>
        context.Deadline is var deadline && deadline == DateTimeOffset.MaxValue ? DateTime.MaxValue : deadline.UtcDateTime;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= MetadataText.FromCall(context.Metadata, ProtocolHeaders.IsOwn);

    protected override CancellationToken CancellationTokenCore => context.CancellationToken;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _authentication ??= CallerIdentity.Of(context.ClientCertificate, context.User);

    /// <summary>Applies trailers and status of a handler that has returned.</summary>
    /// <exception cref="StubStatusException">The handler has set a status other than OK.</exception>
    public T Succeed<T>(T response)
    {
        SendTrailers();
        return StatusCore.StatusCode == StatusCode.OK ? response : throw Fail(StatusCore);
    }

    /// <summary>Returns the failure of the call for the handler's exception, and applies its trailers.</summary>
    public StubStatusException Fail(RpcException exception)
    {
        SendTrailers();
        Send(exception.Trailers);
        return Fail(exception.Status, exception);
    }

    /// <summary>Copies the trailers of the handler to the call, once.</summary>
    public void SendTrailers()
    {
        Send(_responseTrailers);
        _responseTrailers = null;
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        MetadataText.CopyTo(responseHeaders, context.ResponseHeaders);
        return context.HeaderSender?.Invoke(context).AsTask() ?? Task.CompletedTask;
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("propagation tokens are not supported: pass context.Deadline and context.CancellationToken in the CallOptions of the call");

    private StubStatusException Fail(Status status, Exception? cause = null)
    {
        var details = context.SentTrailers?.GetValueOrDefault(StubStatusException.DetailsKey);

        // gRPC has its own fields for both; mucp sends them as trailers, so that callers get the exact status.
        context.ResponseTrailers.AddReceived(StubStatusException.StatusKey, ((int)status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new StubStatusException(context.Service, status, details, cause);
    }

    private void Send(Metadata? trailers)
    {
        foreach (var entry in trailers ?? [])
        {
            if (string.Equals(entry.Key, StubStatusException.DetailsKey, StringComparison.Ordinal))
            {
                context.ResponseTrailers.AddReceived(entry.Key, MetadataText.TextOf(entry));
            }
            else
            {
                MetadataText.Add(entry, context.ResponseTrailers);
            }
        }
    }
}
