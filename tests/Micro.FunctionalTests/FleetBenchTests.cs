using System.Diagnostics;
using System.Text.Json;
using Micro.Registry.Etcd.Tests.Cluster;

namespace Micro.FunctionalTests;

/// <summary>The <c>fleet</c> command of the bench, as its users run it; figures are not judged.</summary>
public sealed class FleetBenchTests
{
    [SkippableFact]
    public async Task Fleet_SmallInMemoryAndEtcd_MeasuresBothAndLeavesNothing()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var etcd = await EtcdServer.StartAsync();
        var file = Path.GetTempFileName();

        var (code, output, errors) = await RunAsync(
            "--services=3", "--nodes=2", "--changes=3", "--registry=memory,etcd", $"--registry_address=etcd={etcd.Address}", $"--json={file}");

        code.Should().Be(0, errors);
        output.Should().Contain("| memory |").And.Contain("| etcd |");
        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        File.Delete(file);
        figures.RootElement.GetArrayLength().Should().Be(2);
        foreach (var one in figures.RootElement.EnumerateArray())
        {
            one.GetProperty("nodesInFirstList").GetInt32().Should().Be(6);
            one.GetProperty("changes").GetInt32().Should().Be(3);
            one.GetProperty("registrationsPerSecond").GetDouble().Should().BePositive();
        }

        (await etcd.ControlAsync("get", "--prefix", "--keys-only", "/micro/registry/")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("--registry=mdns", "mdns is not measured")]
    [InlineData("--registry=zookeeper", "'zookeeper': use memory, consul, etcd")]
    [InlineData("--registry_address=127.0.0.1:2379", "no registry name, write memory=host:port (memory, consul, etcd)")]
    public async Task Fleet_WrongInput_SaysSoAndExitCode2(string argument, string expected)
    {
        var (code, _, errors) = await RunAsync(argument);

        code.Should().Be(2);
        errors.Should().Contain(expected);
    }

    [Theory]
    [InlineData("--services=0")]
    [InlineData("--nodes=10001")]
    public async Task Fleet_NumberOutOfRange_ErrorNamesValueAndRange(string argument)
    {
        var (code, _, errors) = await RunAsync(argument);

        code.Should().NotBe(0);
        errors.Should().Contain($"'{argument.Split('=')[1]}' must be a whole number from 1 to");
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments.Prepend("fleet").Prepend(Path.Combine(AppContext.BaseDirectory, "Micro.Bench.dll")))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }
}
