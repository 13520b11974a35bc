using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A fleet is replaced server by server while it is called: R11.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output) : FaultLab(output)
{
    private readonly List<string> _files = [];

    [SkippableTheory]
    [InlineData("etcd", true)]
    [InlineData("consul", false)]
    [InlineData("mdns", false)]
    [InlineData("nats", true)]
    public async Task Calls_ServersReplacedOneByOne_NothingSurfacesAndNothingRunsTwice_R11(string kind, bool isGrpc)
    {
        var network = kind == "mdns" ? await CreateNetworkAsync() : null;
        var host = network is null ? null : await network.AddHostAsync();
        var clientHost = network is null ? null : await network.AddHostAsync();
        var registry = kind switch
        {
            "etcd" => (await StartRegistryAsync(RegistryKind.Etcd)).Flags,
            "consul" => (await StartRegistryAsync(RegistryKind.Consul)).Flags,
            "nats" => (await StartRegistryAsync(RegistryKind.Nats)).Flags,
            _ => ["--registry=mdns"],
        };
        var servers = new Queue<ServerPeer>();
        for (var number = 0; number < 3; number++)
        {
            servers.Enqueue(await StartAsync(host, registry));
        }

        var client = LaunchClient(clientHost, null, registry);
        await client.WaitUntilAnsweredAsync();
        await client.StartLoadAsync($"rate={Profile.Pick(200, 1000)} timeout=10000 idempotent=false grpc={isGrpc}");
        var longest = TimeSpan.Zero;
        for (var restart = 0; restart < Profile.Pick(3, 6); restart++)
        {
            var server = servers.Dequeue();
            server.Terminate();
            var took = await server.WaitForExitAsync();
            longest = took > longest ? took : longest;
            servers.Enqueue(await StartAsync(host, registry));
            await Wait.ForAsync(1);
        }

        var report = await client.EndLoadAsync();
        while (servers.TryDequeue(out var server))
        {
            server.Terminate();
            await server.WaitForExitAsync();
        }

        var what = $"{kind}, {(isGrpc ? "gRPC" : "mucp")}";
        FaultTable.CheckNothingSurfaced("R11", report, what);
        var executed = _files.SelectMany(File.ReadLines).ToList();
        _files.ForEach(File.Delete);
        FaultTable.Check("R11", $"calls executed twice, {what}", $"{executed.Count - executed.Distinct().Count()}", "0", executed.Count == executed.Distinct().Count());
        executed.Should().HaveCount(report.Calls.Count);
        FaultTable.Check("R11", $"longest drain, {what}", $"{longest.TotalSeconds:F1} s", "<= 10 s", longest <= TimeSpan.FromSeconds(10));
    }

    private async Task<ServerPeer> StartAsync(NetworkHost? host, string[] registry)
    {
        var file = Path.GetTempFileName();
        _files.Add(file);
        return await StartServerAsync(host, registry, $"--calls={file}");
    }
}
