using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport.Grpc.Server;

/// <summary>One HTTP/2 request and its response, as Kestrel offers them.</summary>
internal sealed class HttpExchange(IFeatureCollection features)
{
    private IHttpResponseTrailersFeature? _trailers;

    public IFeatureCollection Features => features;

    public IHttpRequestFeature Request { get; } = features.GetRequiredFeature<IHttpRequestFeature>();

    public IHttpResponseFeature Response { get; } = features.GetRequiredFeature<IHttpResponseFeature>();

    public IHttpResponseBodyFeature Body { get; } = features.GetRequiredFeature<IHttpResponseBodyFeature>();

    public IHeaderDictionary Trailers => (_trailers ??= features.GetRequiredFeature<IHttpResponseTrailersFeature>()).Trailers;

    /// <summary>Fires when the caller resets the stream or the connection ends.</summary>
    public CancellationToken Aborted => features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
}
