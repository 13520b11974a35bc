using System.Diagnostics;
using System.Text.RegularExpressions;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.FunctionalTests.Samples;

/// <summary>The samples as their users run them.</summary>
public sealed partial class SampleTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public async Task CustomRegistry_TwoProcesses_FindEachOtherUntilTheServerLeaves()
    {
        var folder = Directory.CreateTempSubdirectory("micro-custom-registry-");
        try
        {
            string[] flags = ["--registry=file", $"--registry_address={folder.FullName}"];
            using var server = GreeterProcess.StartSample("CustomRegistry.dll", NoVariables, ["server", "--server_address=127.0.0.1:0", "--server_drain_delay=0s", .. flags]);
            await Eventually.TrueAsync(() => folder.GetFiles("*.json").Length == 1, $"the server is in the directory; it said: {Text(server)}");

            using var client = GreeterProcess.StartSample("CustomRegistry.dll", NoVariables, ["client", .. flags]);
            (await client.WaitForExitAsync()).Should().Be(0, Text(client));
            await Eventually.TrueAsync(() => client.Output.Count == 2, "its two lines");
            client.Output.Should().Equal($"Hello Anna from process {server.Id}", "found by registry 'file'");

            server.Terminate();
            (await server.WaitForExitAsync()).Should().Be(0, Text(server));
            folder.GetFiles().Should().BeEmpty();
            using var late = GreeterProcess.StartSample("CustomRegistry.dll", NoVariables, ["client", .. flags]);
            (await late.WaitForExitAsync()).Should().Be(1);
            await Eventually.TrueAsync(() => Text(late).Contains("greeter"), "what it misses");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task CustomStrategy_NearNodesFirst_AndOthersWhenThereIsNone()
    {
        using var sample = GreeterProcess.StartSample("CustomStrategy.dll", NoVariables);

        (await sample.WaitForExitAsync()).Should().Be(0, Text(sample));

        await Eventually.TrueAsync(() => sample.Output.Count == 3, "its three lines");
        sample.Output[0].Should().MatchRegex(@"^all up:        (near-1 near-2 near-1 near-2|near-2 near-1 near-2 near-1)$");
        sample.Output[1].Should().Be("near-1 left:   near-2 near-2 near-2 near-2");
        sample.Output[2].Should().Be("zone is empty: far far far far");
    }

    [SkippableFact]
    public async Task Migration_WithBothServers_NoCallFails()
    {
        Skip.If((ConsulBinary.SkipReason ?? EtcdBinary.SkipReason) is not null, ConsulBinary.SkipReason ?? EtcdBinary.SkipReason);
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "samples", "Migration", "run.sh"), Path.Combine(AppContext.BaseDirectory, "Migration.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = string.Join(Path.PathSeparator, Path.GetDirectoryName(ConsulBinary.Require()), Path.GetDirectoryName(EtcdBinary.Newest!.Server), Environment.GetEnvironmentVariable("PATH"));
        using var run = Process.Start(start)!;
        var errors = run.StandardError.ReadToEndAsync();
        var output = await run.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await run.WaitForExitAsync();

        run.ExitCode.Should().Be(0, output + await errors);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[..^1].Should().Equal(
            "servers in consul: 3", "servers in consul,etcd: 3", "caller reads consul,etcd", "servers in etcd: 3", "caller reads etcd");
        int.Parse(Calls().Match(lines[^1]).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThan(100);
    }

    [Fact]
    public async Task Migration_WithoutServers_SaysWhatItNeeds()
    {
        using var sample = GreeterProcess.StartSample("Migration.dll", NoVariables, "--registry_address=consul=127.0.0.1:1,etcd=127.0.0.1:1");

        (await sample.WaitForExitAsync()).Should().Be(2, Text(sample));
        await Eventually.TrueAsync(() => Text(sample).Contains("run.sh starts both"), "the remedy");
    }

    private static string Text(GreeterProcess process) => string.Join('\n', [.. process.Output, .. process.Errors]);

    [GeneratedRegex("^([0-9]+) calls, 0 failed$")]
    private static partial Regex Calls();
}
