namespace Micro.Server.Listening;

/// <summary>What answers HTTP/2 requests on the port of a server. Safe for concurrent use.</summary>
internal interface IHttp2Protocol
{
    /// <summary>Answers one request; never throws because of what the request holds.</summary>
    Task ServeAsync(Http2Request request);
}
