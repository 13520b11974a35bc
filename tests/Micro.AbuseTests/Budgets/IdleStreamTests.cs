
namespace Micro.AbuseTests.Budgets;

/// <summary>Streams on which nothing is sent: S29.</summary>
public sealed class IdleStreamTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1.5);

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Stream_NothingIsSentForTooLong_EndsWith408_S29(string protocol)
    {
        await using var service = await StartAsync(protocol);
        await using var stream = await service.OpenAsync("Test.Chat");
        await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();
        await stream.SendAsync(new AttackedService.Text { Value = "first" });
        (await answers.MoveNextAsync()).Should().BeTrue();

        var end = async () => await answers.MoveNextAsync();

        (await end.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(408);
        (await service.ServesAsync()).Should().BeTrue();
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Stream_ServerSendsAndCallerIsSilent_GoesOn_S29(string protocol)
    {
        await using var service = await StartAsync(protocol);
        await using var stream = await service.OpenAsync("Test.Feed");
        var fed = 0;

        // Messages come every 100 ms: these take twice the idle time.
        await foreach (var _ in stream.ReadAllAsync())
        {
            if (++fed == 30)
            {
                break;
            }
        }

        fed.Should().Be(30);
    }

    private static Task<AttackedService> StartAsync(string protocol) => AttackedService.StartAsync(
        static options => options.ServerOptions(static server => server.Limits.StreamIdleTimeout = Idle), protocol);
}
