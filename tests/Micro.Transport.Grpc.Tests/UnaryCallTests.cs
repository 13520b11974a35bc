using Google.Protobuf.WellKnownTypes;
using Micro.Client;
using Micro.Testing;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Tests;

/// <summary>Our client against Kestrel's HTTP/2.</summary>
public sealed class UnaryCallTests
{
    [Fact]
    public async Task Call_Echo_AnswersAndSendsRequiredHeaders()
    {
        HeaderDictionary? headers = null;
        string? path = null;
        await using var server = await RawServer.StartAsync(async context =>
        {
            headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            path = context.Request.Path;
            await RawServer.AnswerAsync(context, RawServer.Frame("Hello " + await RawServer.ReadTextAsync(context)));
        });
        await using var client = server.Connect(options => options.TimeProvider = new ManualTimeProvider());

        var answer = await RawServer.CallAsync(client, "Anna", new CallOptions { AttemptTimeout = TimeSpan.FromSeconds(20) });

        answer.Should().Be("Hello Anna");
        path.Should().Be("/test.Echo/Call");
        headers!["te"].ToString().Should().Be("trailers");
        headers["content-type"].ToString().Should().Be("application/grpc+proto");
        headers["grpc-timeout"].ToString().Should().Be("20000000u");
        headers["timeout"].ToString().Should().Be("20000000000");
        headers["user-agent"].ToString().Should().StartWith("grpc-dotnet-micro/").And.NotContain(",");
    }

    [Fact]
    public async Task Call_MessageOnSecondLimit_ConnectionStaysUsable_S10()
    {
        var connections = new HashSet<string>();
        await using var server = await RawServer.StartAsync(async context =>
        {
            lock (connections)
            {
                connections.Add(context.Connection.Id);
            }

            var text = await RawServer.ReadTextAsync(context);
            await RawServer.AnswerAsync(context, RawServer.Frame(new string('x', text.Length * 100)));
        });
        await using var client = server.Connect(options => options.Limits.MaxMessageBytes = 1024);

        (await RawServer.FailAsync(client, new string('a', 11))).Should().BeOfType<GrpcException>().Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        var tooLong = await RawServer.FailAsync(client, new string('a', 1025));
        (tooLong.Code, tooLong.Kind).Should().Be((413, ErrorKind.InvalidRequest));
        (await RawServer.CallAsync(client, "123456789")).Should().HaveLength(900);
        connections.Should().ContainSingle();
    }

    [Fact]
    public async Task Call_LargeMessages_BothWays()
    {
        await using var server = await RawServer.StartAsync(async context =>
            await RawServer.AnswerAsync(context, RawServer.Frame(await RawServer.ReadTextAsync(context))));
        await using var client = server.Connect(options => options.Limits.MaxMessageBytes = 16 * 1024 * 1024);
        var text = new string('y', 5_000_000);

        (await RawServer.CallAsync(client, text)).Should().Be(text);
    }

    [Fact]
    public async Task Call_SlowServer_Timeout_T10()
    {
        await using var server = await RawServer.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var client = server.Connect();

        var error = await RawServer.FailAsync(client, "x", new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(100), Retries = 0 });

        (error.Code, error.Kind).Should().Be((408, ErrorKind.Timeout));
    }

    [Fact]
    public async Task Call_EmptyMessage_GoesBothWays()
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            await RawServer.ReadTextAsync(context);
            await RawServer.AnswerAsync(context, RawServer.Frame(0, []));
        });
        await using var client = server.Connect();

        (await client.Client.CallAsync<Empty, Empty>("test", "Echo.Call", new Empty())).Should().Be(new Empty());
    }
}
