using Micro.Basics;
using Micro.Server;
using Micro.Server.Listening;
using Micro.Transport.Grpc.Stubs.Server;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Server;

/// <summary>gRPC on the HTTP/2 connections of a server, over the endpoints that mucp serves too.</summary>
internal sealed class GrpcServer : IServerProtocol<Http2Request>
{
    private GrpcServer(ProtocolHost host)
    {
        Host = host;
        DroppedHeaders = new LogPace(host.TimeProvider);
        Formats = new GrpcFormats(host.Formats, host.Options.Codecs);
        Endpoints = new GrpcEndpoints(host.Endpoints, host.ServiceName, BuiltInServices.Create(host));
    }

    public ProtocolHost Host { get; }

    /// <summary>The pace at which dropped headers are logged.</summary>
    public LogPace DroppedHeaders { get; }

    public GrpcFormats Formats { get; }

    public GrpcEndpoints Endpoints { get; }

    /// <summary>Enables gRPC on the port of servers with these options.</summary>
    public static void AddTo(ServerOptions options)
    {
        options.Http2 = static host => new GrpcServer(host);
        options.Stubs = ServerStubs.Instance;
    }

    public async Task ServeAsync(Http2Request request)
    {
        var exchange = new HttpExchange(request);
        if (PlainResponses.Refuse(exchange, Host.Admission))
        {
            return;
        }

        if (!HttpMethods.IsPost(exchange.Request.Method) || !GrpcFormats.IsGrpc(exchange.Request.Headers.ContentType.ToString()))
        {
            PlainResponses.Answer(exchange, Host.Health);
            return;
        }

        using var call = new GrpcCall(this, exchange);
        await call.RunAsync().ConfigureAwait(false);
    }
}
