using System.Net;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Greeter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro.Bench.Serving;

/// <summary>The alternative: a minimal API on Kestrel, JSON by the source generator, protobuf as bytes.</summary>
internal sealed class HttpServer : IBenchServer
{
    public const string JsonPath = "/json";
    public const string ProtobufPath = "/protobuf";
    public const string ProtobufType = "application/x-protobuf";
    private readonly WebApplication _application;

    private HttpServer(WebApplication application, ServerReady ready)
    {
        _application = application;
        Ready = ready;
    }

    public ServerReady Ready { get; }

    public static async Task<HttpServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, HttpJson.Default));
        builder.WebHost.ConfigureKestrel(static options =>
        {
            options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var application = builder.Build();
        application.MapPost(JsonPath, static (HttpEchoRequest request) => new HttpEchoResponse(request.Name));
        application.MapPost(ProtobufPath, EchoProtobufAsync);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToArray();
        return new HttpServer(application, new ServerReady(addresses[0], addresses[1]));
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private static async Task EchoProtobufAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAsync();
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }

        var request = Request.Parser.ParseFrom(read.Buffer);
        body.AdvanceTo(read.Buffer.End);
        var response = new Response { Msg = request.Name }.ToByteArray();
        context.Response.ContentType = ProtobufType;
        context.Response.ContentLength = response.Length;
        await context.Response.Body.WriteAsync(response);
    }
}

internal sealed record HttpEchoRequest(string Name);

internal sealed record HttpEchoResponse(string Msg);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HttpEchoRequest))]
[JsonSerializable(typeof(HttpEchoResponse))]
internal sealed partial class HttpJson : JsonSerializerContext;
