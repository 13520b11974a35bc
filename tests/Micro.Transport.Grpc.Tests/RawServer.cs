using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Micro.Client;
using Micro.Transport.Grpc.Tests.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Grpc.Tests;

/// <summary>A real HTTP/2 endpoint whose answers a test writes byte by byte.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RawServer(WebApplication application) => _application = application;

    public Uri Address { get; private init; } = null!;

    public static async Task<RawServer> StartAsync(
        RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
        }));
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync();
        var port = new Uri(application.Urls.Single()).Port;
        return new RawServer(application) { Address = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Creates a client of this framework that calls the server over gRPC.</summary>
    internal GrpcClientFixture Connect(Action<ClientOptions>? configure = null) => new(configure, Address.Authority);

    /// <summary>Calls <c>/test.Echo/Call</c>.</summary>
    internal static async Task<string> CallAsync(GrpcClientFixture client, string text, CallOptions? options = null) =>
        (await client.Client.CallAsync<StringValue, StringValue>("test", "/test.Echo/Call", new StringValue { Value = text }, options)).Value;

    /// <summary>Calls the server and returns the failure.</summary>
    internal static async Task<MicroException> FailAsync(GrpcClientFixture client, string text, CallOptions? options = null) =>
        (await FluentActions.Awaiting(() => CallAsync(client, text, options)).Should().ThrowAsync<MicroException>()).Which;

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    public static byte[] Frame(string text) => Frame(0, new StringValue { Value = text }.ToByteArray());

    public static byte[] Frame(byte flag, byte[] message, uint? length = null)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>The whole request body, which must be one frame.</summary>
    public static async Task<string> ReadTextAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return StringValue.Parser.ParseFrom(body.ToArray().AsSpan(5)).Value;
    }

    /// <summary>Answers with these bytes and this status; no status at all for null.</summary>
    public static async Task AnswerAsync(HttpContext context, byte[] body, string? status = "0", string? message = null)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(body);
        await context.Response.Body.FlushAsync();
        if (status is not null)
        {
            context.Response.AppendTrailer("grpc-status", status);
        }

        if (message is not null)
        {
            context.Response.AppendTrailer("grpc-message", message);
        }
    }

    /// <summary>Answers with headers that end the call.</summary>
    public static Task TrailersOnlyAsync(HttpContext context, int status, string message)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = status.ToString();
        context.Response.Headers["grpc-message"] = message;
        return Task.CompletedTask;
    }

    public static void Reset(HttpContext context, int error) => context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(error);
}
