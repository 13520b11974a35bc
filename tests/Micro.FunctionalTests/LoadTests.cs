using System.Text.Json;

namespace Micro.FunctionalTests;

/// <summary>The load generator of the sample, against a server in this process.</summary>
public sealed class LoadTests
{
    private const int Rate = 200;
    private const int Seconds = 2;

    [Fact]
    public async Task Load_ServerAnswers_EveryPlannedCallIsMadeOnceWithItsOwnId()
    {
        await using var server = await LoadServer.StartAsync();

        using var client = GreeterProcess.Start("client", $"--address={server.Address}", $"--rate={Rate}", $"--seconds={Seconds}", "--json");
        var code = await client.WaitForExitAsync();

        code.Should().Be(0, string.Join('\n', client.Errors));
        using var summary = JsonDocument.Parse(client.Output.Should().ContainSingle().Subject);
        summary.RootElement.EnumerateObject().Select(member => member.Name)
            .Should().Equal("calls", "failed", "failures", "attempts", "p50us", "p99us");
        Number(summary, "calls").Should().Be(Rate * Seconds);
        Number(summary, "failed").Should().Be(0);
        Number(summary, "attempts").Should().Be(Rate * Seconds);
        Number(summary, "p50us").Should().BePositive().And.BeLessThanOrEqualTo(Number(summary, "p99us"));
        client.Errors.Should().Contain(line => line.StartsWith("1 s: ", StringComparison.Ordinal));
        server.Calls.Ids.Should().HaveCount(Rate * Seconds);
        server.Calls.MostExecutions.Should().Be(1);
    }

    [Fact]
    public async Task Load_ServerRefuses_FailuresAreCountedByKindAndExitCodeIs1()
    {
        await using var server = await LoadServer.StartAsync(refuses: true);

        using var client = GreeterProcess.Start("client", $"--address={server.Address}", "--rate=50", "--seconds=1");
        var code = await client.WaitForExitAsync();

        code.Should().Be(1);
        client.Output[^1].Should().StartWith("total: 50 calls, 50 failed (Application 50), 50 attempts, p50 ");
    }

    [Fact]
    public async Task CallLog_Load_HoldsTheIdOfEveryCall()
    {
        var file = Path.Combine(Path.GetTempPath(), $"calls-{Guid.NewGuid():N}");
        try
        {
            var (server, address) = await GreeterProcess.StartServerAsync("--registry=memory", $"--call_log={file}");
            using var serving = server;
            using var client = GreeterProcess.Start("client", $"--address={address}", $"--rate={Rate}", "--seconds=1");
            (await client.WaitForExitAsync()).Should().Be(0);

            // Nothing is held back in the process.
            server.Kill();
            await server.WaitForExitAsync();

            var ids = await File.ReadAllLinesAsync(file);
            ids.Should().HaveCount(Rate).And.OnlyHaveUniqueItems();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("client --rate=0", "--rate '0'", "1 to 1000000")]
    [InlineData("client --rate=1000001", "--rate '1000001'", "1 to 1000000")]
    [InlineData("client --rate=1.5 --seconds=1", "--rate '1.5'", "whole number")]
    [InlineData("client --seconds=86401", "--seconds '86401'", "1 to 86400")]
    [InlineData("client --seconds=-1", "--seconds '-1'", "1 to 86400")]
    [InlineData("server --call_log=/nowhere/calls", "/nowhere/calls", "--call_log")]
    public async Task Load_WrongInput_OneLineAndExitCode2(string arguments, string value, string remedy)
    {
        using var process = GreeterProcess.Start(arguments.Split(' '));

        (await process.WaitForExitAsync()).Should().Be(2);

        process.Output.Should().BeEmpty();
        process.Errors.Should().ContainSingle().Which.Should().Contain(value).And.Contain(remedy);
    }

    private static long Number(JsonDocument summary, string name) => summary.RootElement.GetProperty(name).GetInt64();
}
