using System.Buffers;
using System.Text;
using Micro.Server;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Server;

/// <summary>Answers HTTP/2 requests that are no calls: questions about health, and what does not belong here.</summary>
internal static class PlainResponses
{
    private static ReadOnlySpan<byte> UnknownPath =>
        "nothing is served on this path; calls are gRPC, or POST / with Micro-Endpoint over HTTP/1.1; health is at /health, /health/live and /health/ready\n"u8;

    /// <summary>Answers a request that is not allowed; returns <see langword="true"/> if it was one.</summary>
    public static bool Refuse(HttpExchange exchange, RequestAdmission admission)
    {
        var headers = exchange.Request.Headers;
        exchange.Response.StatusCode = headers.Origin is { Count: > 0 } origin && !admission.AllowsOrigin(origin.ToString()) ? StatusCodes.Status403Forbidden
            : admission.ChecksHosts && !admission.AllowsHost(new HostString(headers.Host.ToString()).Host) ? StatusCodes.Status421MisdirectedRequest
            : StatusCodes.Status200OK;
        return exchange.Response.StatusCode != StatusCodes.Status200OK;
    }

    /// <summary>Answers a request whose content type is not one of gRPC's, or whose method is not POST.</summary>
    public static void Answer(HttpExchange exchange, HealthResponder health)
    {
        var (request, response) = (exchange.Request, exchange.Response);
        if (HttpMethods.IsPost(request.Method))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            response.Headers["accept-post"] = "application/grpc, application/grpc+proto, application/grpc+json";
            return;
        }

        var isHead = HttpMethods.IsHead(request.Method);
        var body = new ArrayBufferWriter<byte>();
        if ((isHead || HttpMethods.IsGet(request.Method)) && health.TryDescribe(Encoding.UTF8.GetBytes(request.Path), body, out var isUp))
        {
            response.StatusCode = isUp ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            response.Headers.ContentType = "application/json";
            response.Headers.CacheControl = "no-store";
            response.Headers.ContentLength = body.WrittenCount;
            if (!isHead)
            {
                exchange.Body.Writer.Write(body.WrittenSpan);
            }

            return;
        }

        if (request.Path is "/" or "" or "*" || GrpcPath.IsValid(request.Path))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = HttpMethods.Post;
            return;
        }

        response.StatusCode = StatusCodes.Status404NotFound;
        response.Headers.ContentType = "text/plain";
        if (!isHead)
        {
            exchange.Body.Writer.Write(UnknownPath);
        }
    }
}
