using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro.Bench.Serving;

/// <summary>The standard gRPC server: a generated service base mapped on Kestrel's HTTP/2, without this framework.</summary>
internal sealed class GrpcDotnetServer : IBenchServer
{
    private readonly WebApplication _application;

    private GrpcDotnetServer(WebApplication application, ServerReady ready)
    {
        _application = application;
        Ready = ready;
    }

    public ServerReady Ready { get; }

    public static async Task<GrpcDotnetServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(static options =>
            options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        application.MapGrpcService<EchoService>();
        await application.StartAsync();
        return new GrpcDotnetServer(application, new ServerReady(application.Urls.Single()));
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
