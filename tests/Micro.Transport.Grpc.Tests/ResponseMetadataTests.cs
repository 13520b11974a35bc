using Google.Protobuf.WellKnownTypes;
using Micro.Client;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Tests;

/// <summary>Headers and trailers that the client reports to its caller.</summary>
public sealed class ResponseMetadataTests
{
    [Fact]
    public async Task CallAsync_Answered_HeadersAndTrailersAreReported()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            context.Response.Headers["before"] = "b";
            context.Response.AppendTrailer("after", new(["1", "2"]));
            context.Response.AppendTrailer("after-bin", "AQL/");
            return RawServer.AnswerAsync(context, RawServer.Frame("Anna"));
        });
        await using var client = server.Connect();
        var report = new ResponseMetadata();

        await RawServer.CallAsync(client, "x", new CallOptions { ResponseMetadata = report });

        (await report.Headers).GetValueOrDefault("before").Should().Be("b");
        report.Trailers.Should().BeEquivalentTo([KeyValuePair.Create("after", "1,2"), KeyValuePair.Create("after-bin", "AQL/")]);
    }

    [Fact]
    public async Task CallAsync_FailedAfterAMessage_TrailersAreReported()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            context.Response.AppendTrailer("reason", "why");
            return RawServer.AnswerAsync(context, RawServer.Frame("Anna"), "7", "no");
        });
        await using var client = server.Connect();
        var report = new ResponseMetadata();

        var error = await RawServer.FailAsync(client, "x", new CallOptions { ResponseMetadata = report });

        error.Should().BeOfType<GrpcException>().Which.StatusCode.Should().Be(StatusCode.PermissionDenied);
        report.Headers.IsCompletedSuccessfully.Should().BeTrue();
        report.Trailers.GetValueOrDefault("reason").Should().Be("why");
    }

    [Fact]
    public async Task CallAsync_TrailersOnly_FieldsAreTrailers()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            context.Response.Headers["reason"] = "why";
            return RawServer.TrailersOnlyAsync(context, 5, "not found");
        });
        await using var client = server.Connect();
        var report = new ResponseMetadata();

        await RawServer.FailAsync(client, "x", new CallOptions { ResponseMetadata = report });

        (report.Headers.IsCompleted ? await report.Headers : CallMetadata.Empty).Should().BeEmpty("an answer of trailers alone has no headers");
        report.Trailers.GetValueOrDefault("reason").Should().Be("why");
    }

    [Fact]
    public async Task CallAsync_MoreThanTheLimit_TheRestIsDropped()
    {
        await using var server = await RawServer.StartAsync(context =>
        {
            for (var number = 0; number < 10; number++)
            {
                context.Response.Headers[$"x-{number}"] = new string('x', 1000);
            }

            return RawServer.AnswerAsync(context, RawServer.Frame("Anna"));
        });
        await using var client = server.Connect();
        var report = new ResponseMetadata();

        (await RawServer.CallAsync(client, "x", new CallOptions { ResponseMetadata = report })).Should().Be("Anna");

        var headers = await report.Headers;
        headers.Sum(static pair => pair.Key.Length + pair.Value.Length + 4).Should().BeInRange(7000, 8192);
    }

    [Fact]
    public async Task OpenStreamAsync_HeadersComeFirst_TrailersAtTheEnd()
    {
        var gate = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["before"] = "b";
            context.Response.AppendTrailer("after", "a");
            await context.Response.Body.FlushAsync();
            await gate.Task;
            await context.Response.Body.WriteAsync(RawServer.Frame("one"));
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await using var client = server.Connect();
        var report = new ResponseMetadata();
        await using var stream = await client.Client.OpenStreamAsync<StringValue, StringValue>("test", "/test.Echo/Call", new CallOptions { ResponseMetadata = report });

        (await report.Headers.WaitAsync(TimeSpan.FromSeconds(20))).GetValueOrDefault("before").Should().Be("b");
        report.Trailers.Should().BeEmpty();
        gate.SetResult();
        await foreach (var message in stream.ReadAllAsync())
        {
            message.Value.Should().Be("one");
        }

        report.Trailers.Should().BeEquivalentTo([KeyValuePair.Create("after", "a")]);
    }
}
