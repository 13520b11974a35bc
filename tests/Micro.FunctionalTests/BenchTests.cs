using System.Diagnostics;
using System.Text.Json;

namespace Micro.FunctionalTests;

/// <summary>The bench runs and says what it is to say; how fast anything is, is no matter of a test.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] Rows =
    [
        "raw ping-pong", "raw batch", "http/1.1 json", "http/1.1 protobuf", "http/2 json", "http/2 protobuf", "grpc-dotnet",
        "mucp multiplexed", "mucp exclusive", "grpc", "mucp standard stub", "grpc standard stub",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("micro-bench-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Rpc_ShortRun_WritesEveryRowAsJsonAndAChart()
    {
        var json = Path.Combine(_folder.FullName, "rpc.json");
        var svg = Path.Combine(_folder.FullName, "rpc.svg");

        var (code, output, errors) = await RunAsync("rpc", "--seconds", "0.2", "--rounds", "1", "--callers", "1", "--json", json, "--svg", svg);

        code.Should().Be(0, errors);
        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var missing = Rows.Where(row => output.Contains($"{row}: not available", StringComparison.Ordinal)).ToArray();
        figures.RootElement.EnumerateArray().Select(row => row.GetProperty("name").GetString()).Should().Equal(Rows.Except(missing));
        foreach (var row in figures.RootElement.EnumerateArray())
        {
            row.EnumerateObject().Select(member => member.Name)
                .Should().Equal("name", "callers", "callsPerSecond", "p50us", "p99us", "cpuUsPerCall", "bytesPerCall");
            row.GetProperty("callers").GetInt32().Should().Be(1);
            row.GetProperty("callsPerSecond").GetDouble().Should().BePositive();
            row.GetProperty("p50us").GetDouble().Should().BePositive().And.BeLessThanOrEqualTo(row.GetProperty("p99us").GetDouble());
        }

        errors.Should().Contain("round 1 of 1", "a long run must show that it goes on");
        (await File.ReadAllTextAsync(svg)).Should().StartWith("<svg").And.Contain("raw ping-pong");
    }

    [Fact]
    public async Task Rpc_UnknownRow_SaysWhichThereAre()
    {
        var (code, _, errors) = await RunAsync("rpc", "--only", "soap");

        code.Should().NotBe(0);
        errors.Should().Contain("'soap'").And.Contain("mucp exclusive");
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Micro.Bench.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
