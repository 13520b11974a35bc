using Micro.Client;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Micro.Transport.Grpc.Tests;

/// <summary>Tests malformed answers: each ends the call with a status and does not affect later calls (S10, S19).</summary>
public sealed class MalformedAnswerTests
{
    public static TheoryData<string, StatusCode> Cases => new()
    {
        { "no status", StatusCode.Internal },
        { "no status and no message", StatusCode.Internal },
        { "no message", StatusCode.Internal },
        { "two messages", StatusCode.Internal },
        { "truncated prefix", StatusCode.Internal },
        { "truncated message", StatusCode.Internal },
        { "announces 1 GiB", StatusCode.ResourceExhausted },
        { "announces 4 GiB", StatusCode.Internal },
        { "flag 2", StatusCode.Internal },
        { "flag 255", StatusCode.Internal },
        { "compressed without encoding", StatusCode.Internal },
        { "compressed with br", StatusCode.Unimplemented },
        { "broken gzip", StatusCode.Internal },
        { "status is not a number", StatusCode.Unknown },
        { "status is unknown", StatusCode.Unknown },
        { "trailer is no base64", StatusCode.Internal },
        { "html", StatusCode.Unknown },
        { "http 503", StatusCode.Unavailable },
        { "http 401", StatusCode.Unauthenticated },
        { "http 404", StatusCode.Unimplemented },
        { "http 500 with status", StatusCode.Aborted },
        { "reset NO_ERROR", StatusCode.Internal },
        { "reset INTERNAL_ERROR", StatusCode.Internal },
        { "reset CANCEL", StatusCode.Cancelled },
        { "reset REFUSED_STREAM", StatusCode.Unavailable },
        { "reset ENHANCE_YOUR_CALM", StatusCode.ResourceExhausted },
        { "reset INADEQUATE_SECURITY", StatusCode.PermissionDenied },
        { "reset after a message", StatusCode.Internal },
        { "headers too large", StatusCode.Unavailable }, // a fault of HTTP/2: this connection dies
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Call_BadAnswer_HasItsStatusAndNextCallSucceeds_S19(string what, StatusCode expected)
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            var text = await RawServer.ReadTextAsync(context);
            await (text == "bad" ? BadAnswerAsync(context, what) : RawServer.AnswerAsync(context, RawServer.Frame("good")));
        });
        await using var client = server.Connect();

        var error = await RawServer.FailAsync(client, "bad", new CallOptions { Retries = 0 });
        var next = await RawServer.CallAsync(client, "x");

        error.Should().BeOfType<GrpcException>(error.ToString()).Which.StatusCode.Should().Be(expected, error.ToString());
        next.Should().Be("good");
    }

    [Fact]
    public async Task Call_TrailersOnly_StatusMessageAndDetails()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            context.Response.Headers["grpc-status-details-bin"] = "AQL/";
            context.Response.Headers["reason"] = "why";
            return RawServer.TrailersOnlyAsync(context, 5, "n%C3%B6t f%6Fund 100%");
        });
        await using var client = server.Connect();

        var error = (await RawServer.FailAsync(client, "x")).Should().BeOfType<GrpcException>().Subject;

        error.StatusCode.Should().Be(StatusCode.NotFound);
        error.Detail.Should().Be("nöt found 100%");
        error.Code.Should().Be(404);
        error.Kind.Should().Be(ErrorKind.Application);
        error.StatusDetails.ToArray().Should().Equal(1, 2, 255);
        error.Trailers.GetValue("reason").Should().Be("why");
    }

    [Fact]
    public async Task Call_RefusedStream_WasNotExecuted()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            RawServer.Reset(context, 7);
            return Task.CompletedTask;
        });
        await using var client = server.Connect();

        (await RawServer.FailAsync(client, "x", new CallOptions { Retries = 0 })).Kind.Should().Be(ErrorKind.NotSent);
    }

    [Fact]
    public async Task Call_GoAway_RunningCallEndsWellAndNextUsesANewConnection()
    {
        var connections = new HashSet<string>();
        await using var server = await RawServer.StartAsync(async context =>
        {
            lock (connections)
            {
                connections.Add(context.Connection.Id);
            }

            if (await RawServer.ReadTextAsync(context) == "close")
            {
                context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
            }

            await RawServer.AnswerAsync(context, RawServer.Frame("good"));
        });
        await using var client = server.Connect();

        for (var round = 0; round < 3; round++)
        {
            (await RawServer.CallAsync(client, "close")).Should().Be("good");
        }

        connections.Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public async Task Call_ConnectionCut_BrokenAndNextCallSucceeds()
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            if (await RawServer.ReadTextAsync(context) == "cut")
            {
                context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
                return;
            }

            await RawServer.AnswerAsync(context, RawServer.Frame("good"));
        });
        await using var client = server.Connect();

        var error = await RawServer.FailAsync(client, "cut");

        error.Kind.Should().Be(ErrorKind.Broken);
        (await RawServer.CallAsync(client, "x")).Should().Be("good");
    }

    [Fact]
    public async Task Call_ServerSpeaksHttp1Only_Unavailable()
    {
        await using var server = await RawServer.StartAsync(_ => Task.CompletedTask, protocols: HttpProtocols.Http1);
        await using var client = server.Connect();

        var error = await RawServer.FailAsync(client, "x", new CallOptions { Retries = 0 });

        error.Should().BeOfType<GrpcException>().Which.StatusCode.Should().BeOneOf(StatusCode.Unavailable, StatusCode.Internal);
    }

    private static Task BadAnswerAsync(HttpContext context, string what)
    {
        var good = RawServer.Frame("Hello");
        switch (what)
        {
            case "no status": return RawServer.AnswerAsync(context, good, null);
            case "no status and no message": return RawServer.AnswerAsync(context, [], null);
            case "no message": return RawServer.AnswerAsync(context, []);
            case "two messages": return RawServer.AnswerAsync(context, [.. good, .. good]);
            case "truncated prefix": return RawServer.AnswerAsync(context, good[..3]);
            case "truncated message": return RawServer.AnswerAsync(context, good[..^1]);
            case "announces 1 GiB": return RawServer.AnswerAsync(context, RawServer.Frame(0, [1], 1 << 30));
            case "announces 4 GiB": return RawServer.AnswerAsync(context, RawServer.Frame(0, [1], uint.MaxValue));
            case "flag 2": return RawServer.AnswerAsync(context, RawServer.Frame(2, [1]));
            case "flag 255": return RawServer.AnswerAsync(context, RawServer.Frame(255, [1]));
            case "compressed without encoding": return RawServer.AnswerAsync(context, RawServer.Frame(1, [1]));
            case "compressed with br" or "broken gzip":
                context.Response.Headers["grpc-encoding"] = what[^4..].Trim() == "gzip" ? "gzip" : "br";
                return RawServer.AnswerAsync(context, RawServer.Frame(1, [1]));
            case "status is not a number": return RawServer.AnswerAsync(context, good, "ok");
            case "status is unknown": return RawServer.AnswerAsync(context, good, "17");
            case "trailer is no base64":
                context.Response.AppendTrailer("x-bin", "*");
                return RawServer.AnswerAsync(context, good, "7");
            case "html":
                context.Response.ContentType = "text/html";
                return context.Response.WriteAsync("<html>");
            case "http 500 with status":
                context.Response.StatusCode = 500;
                return RawServer.TrailersOnlyAsync(context, 10, "lost");
            case "reset NO_ERROR": return ResetAsync(context, 0);
            case "reset INTERNAL_ERROR": return ResetAsync(context, 2);
            case "reset CANCEL": return ResetAsync(context, 8);
            case "reset REFUSED_STREAM": return ResetAsync(context, 7);
            case "reset ENHANCE_YOUR_CALM": return ResetAsync(context, 0xb);
            case "reset INADEQUATE_SECURITY": return ResetAsync(context, 0xc);
            case "reset after a message": return AnswerAndResetAsync(context, good);
            case "headers too large":
                for (var index = 0; index < 5; index++)
                {
                    context.Response.Headers["x-large-" + index] = new string('h', 8000);
                }

                return RawServer.AnswerAsync(context, good);
            default:
                context.Response.StatusCode = int.Parse(what.AsSpan(5));
                return Task.CompletedTask;
        }
    }

    private static Task ResetAsync(HttpContext context, int error)
    {
        RawServer.Reset(context, error);
        return Task.CompletedTask;
    }

    private static async Task AnswerAndResetAsync(HttpContext context, byte[] good)
    {
        await RawServer.AnswerAsync(context, good, null);
        RawServer.Reset(context, 2);
    }
}
