using Micro.Server.Listening;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport.Grpc.Server;

/// <summary>One HTTP/2 request and its response, as Kestrel offers them.</summary>
internal sealed class HttpExchange(Http2Request owner)
{
    private IHttpResponseTrailersFeature? _trailers;

    /// <summary>Gets the request as its connection knows it.</summary>
    public Http2Request Owner => owner;

    public IFeatureCollection Features => owner.Features;

    public IHttpRequestFeature Request { get; } = owner.Features.GetRequiredFeature<IHttpRequestFeature>();

    public IHttpResponseFeature Response { get; } = owner.Features.GetRequiredFeature<IHttpResponseFeature>();

    public IHttpResponseBodyFeature Body { get; } = owner.Features.GetRequiredFeature<IHttpResponseBodyFeature>();

    public IHeaderDictionary Trailers => (_trailers ??= owner.Features.GetRequiredFeature<IHttpResponseTrailersFeature>()).Trailers;

    /// <summary>Fires when the caller resets the stream or the connection ends.</summary>
    public CancellationToken Aborted => owner.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
}
