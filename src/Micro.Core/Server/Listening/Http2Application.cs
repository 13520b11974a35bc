using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Server.Listening;

/// <summary>Puts a protocol behind Kestrel's HTTP/2; without one no connection gets there.</summary>
internal sealed class Http2Application(IServerProtocol<Http2Request>? protocol) : IHttpApplication<Http2Request>
{
    public Http2Request CreateContext(IFeatureCollection contextFeatures)
    {
        var container = contextFeatures as IHostContextContainer<Http2Request>;
        var request = container?.HostContext ?? new Http2Request();
        if (container is not null)
        {
            container.HostContext = request;
        }

        request.Begin(contextFeatures, contextFeatures.GetRequiredFeature<Http2Connection>());
        return request;
    }

    public async Task ProcessRequestAsync(Http2Request context)
    {
        if (protocol is not null)
        {
            await protocol.ServeAsync(context).ConfigureAwait(false);
        }

        // Kestrel sends what is left, at the pace of the caller.
        context.BeginSending(context.ReplyBytes);
    }

    public void DisposeContext(Http2Request context, Exception? exception) => context.End();
}
