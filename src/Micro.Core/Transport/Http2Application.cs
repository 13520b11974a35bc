using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport;

/// <summary>Puts a protocol behind Kestrel's HTTP/2; without one no connection gets there.</summary>
internal sealed class Http2Application(IHttp2Protocol? protocol) : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures)
    {
        contextFeatures.Get<Http2Connection>()?.BeginRequest();
        return contextFeatures;
    }

    public Task ProcessRequestAsync(IFeatureCollection context) => protocol?.ServeAsync(context) ?? Task.CompletedTask;

    public void DisposeContext(IFeatureCollection context, Exception? exception) => context.Get<Http2Connection>()?.EndRequest(context);
}
