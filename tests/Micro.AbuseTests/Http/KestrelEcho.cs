using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Micro.AbuseTests.Http;

/// <summary>Kestrel's own HTTP/1.1: reads each body to its end and answers 200.</summary>
internal sealed class KestrelEcho : IAsyncDisposable
{
    private readonly WebApplication _application;

    private KestrelEcho(WebApplication application) => _application = application;

    public string Address => new Uri(_application.Urls.First()).Authority;

    public static async Task<KestrelEcho> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.Run(static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("ok");
        });
        await application.StartAsync();
        return new KestrelEcho(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
