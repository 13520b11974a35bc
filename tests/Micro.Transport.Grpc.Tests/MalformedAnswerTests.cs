using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Micro.Transport.Grpc.Tests;

/// <summary>Answers that break the rules: each ends the call with a status, none harms the calls after it (S10, S19).</summary>
public sealed class MalformedAnswerTests
{
    public static TheoryData<string, GrpcStatusCode> Cases => new()
    {
        { "no status", GrpcStatusCode.Internal },
        { "no status and no message", GrpcStatusCode.Internal },
        { "no message", GrpcStatusCode.Internal },
        { "two messages", GrpcStatusCode.Internal },
        { "truncated prefix", GrpcStatusCode.Internal },
        { "truncated message", GrpcStatusCode.Internal },
        { "announces 4 GiB", GrpcStatusCode.ResourceExhausted },
        { "flag 2", GrpcStatusCode.Internal },
        { "flag 255", GrpcStatusCode.Internal },
        { "compressed without encoding", GrpcStatusCode.Internal },
        { "compressed with gzip", GrpcStatusCode.Unimplemented },
        { "no protobuf", GrpcStatusCode.Internal },
        { "status is no number", GrpcStatusCode.Unknown },
        { "status is unknown", GrpcStatusCode.Unknown },
        { "trailer is no base64", GrpcStatusCode.Internal },
        { "html", GrpcStatusCode.Unknown },
        { "http 503", GrpcStatusCode.Unavailable },
        { "http 401", GrpcStatusCode.Unauthenticated },
        { "http 404", GrpcStatusCode.Unimplemented },
        { "http 500 with status", GrpcStatusCode.Aborted },
        { "reset NO_ERROR", GrpcStatusCode.Internal },
        { "reset INTERNAL_ERROR", GrpcStatusCode.Internal },
        { "reset CANCEL", GrpcStatusCode.Cancelled },
        { "reset REFUSED_STREAM", GrpcStatusCode.Unavailable },
        { "reset ENHANCE_YOUR_CALM", GrpcStatusCode.ResourceExhausted },
        { "reset INADEQUATE_SECURITY", GrpcStatusCode.PermissionDenied },
        { "reset after a message", GrpcStatusCode.Internal },
        { "headers too large", GrpcStatusCode.Unavailable }, // a fault of HTTP/2: this connection dies
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Call_BadAnswer_HasItsStatusAndNextCallSucceeds_S19(string what, GrpcStatusCode expected)
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            var text = await RawServer.ReadTextAsync(context);
            await (text == "bad" ? BadAnswerAsync(context, what) : RawServer.AnswerAsync(context, RawServer.Frame("good")));
        });
        await using var channel = server.Connect();

        var error = await UnaryCallTests.CallErrorAsync(channel, "bad");
        var next = await channel.CallAsync(RawServer.Method, new() { Value = "x" });

        error.StatusCode.Should().Be(expected, error.ToString());
        next.Value.Should().Be("good");
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
        await using var channel = server.Connect();

        var error = await UnaryCallTests.CallErrorAsync(channel, "x");

        error.StatusCode.Should().Be(GrpcStatusCode.NotFound);
        error.Detail.Should().Be("nöt found 100%");
        error.Code.Should().Be(404);
        error.Kind.Should().Be(ErrorKind.Application);
        error.StatusDetails.ToArray().Should().Equal(1, 2, 255);
        error.Trailers.TryGetValue("reason", out var reason).Should().BeTrue();
        reason.Should().Be("why");
    }

    [Fact]
    public async Task Call_RefusedStream_WasNotExecuted()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            RawServer.Reset(context, 7);
            return Task.CompletedTask;
        });
        await using var channel = server.Connect();

        (await UnaryCallTests.CallErrorAsync(channel, "x")).Kind.Should().Be(ErrorKind.NotSent);
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
        await using var channel = server.Connect();

        for (var round = 0; round < 3; round++)
        {
            (await channel.CallAsync(RawServer.Method, new() { Value = "close" })).Value.Should().Be("good");
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
        await using var channel = server.Connect();

        var error = await UnaryCallTests.CallErrorAsync(channel, "cut");

        error.Kind.Should().Be(ErrorKind.Broken);
        (await channel.CallAsync(RawServer.Method, new() { Value = "x" })).Value.Should().Be("good");
    }

    [Fact]
    public async Task Call_ServerSpeaksHttp1Only_Unavailable()
    {
        await using var server = await RawServer.StartAsync(_ => Task.CompletedTask, protocols: HttpProtocols.Http1);
        await using var channel = server.Connect();

        var error = await UnaryCallTests.CallErrorAsync(channel, "x", new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(20) });

        error.StatusCode.Should().BeOneOf(GrpcStatusCode.Unavailable, GrpcStatusCode.Internal);
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
            case "announces 4 GiB": return RawServer.AnswerAsync(context, RawServer.Frame(0, [1], uint.MaxValue));
            case "flag 2": return RawServer.AnswerAsync(context, RawServer.Frame(2, [1]));
            case "flag 255": return RawServer.AnswerAsync(context, RawServer.Frame(255, [1]));
            case "compressed without encoding": return RawServer.AnswerAsync(context, RawServer.Frame(1, [1]));
            case "compressed with gzip":
                context.Response.Headers["grpc-encoding"] = "gzip";
                return RawServer.AnswerAsync(context, RawServer.Frame(1, [1]));
            case "no protobuf": return RawServer.AnswerAsync(context, RawServer.Frame(0, [0xff, 0xff]));
            case "status is no number": return RawServer.AnswerAsync(context, good, "ok");
            case "status is unknown": return RawServer.AnswerAsync(context, good, "17");
            case "trailer is no base64":
                context.Response.AppendTrailer("x-bin", "*");
                return RawServer.AnswerAsync(context, good);
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
