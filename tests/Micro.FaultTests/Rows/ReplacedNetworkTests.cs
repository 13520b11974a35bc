using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>The network of a server is replaced by another one: R31.</summary>
public sealed class ReplacedNetworkTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(RegistryKind.Etcd, true)]
    [InlineData(RegistryKind.Etcd, false)]
    [InlineData(RegistryKind.Consul, true)]
    public async Task Server_InterfaceIsReplaced_NewAddressIsRegisteredAndLoopbackNever_R31(RegistryKind kind, bool addressFirst)
    {
        var network = await CreateNetworkAsync();
        var registryHost = await network.AddHostAsync();
        var serverHost = await network.AddHostAsync();
        var clientHost = await network.AddHostAsync();
        var registry = await StartRegistryAsync(kind, registryHost);
        var server = Own(new ServerPeer(serverHost.Space, null, ["--server_address=:0", .. registry.Flags, .. FastRegistration]));
        await server.WaitUntilListeningAsync();
        await registry.WaitForNodesAsync(1);
        (await RecordsAsync(registry, kind)).Should().Contain(serverHost.Address);
        var client = await StartClientAsync(registry, clientHost);

        await serverHost.RemoveInterfaceAsync();
        await Wait.ForAsync(4);
        (await RecordsAsync(registry, kind)).Should().NotContain("127.0.0.1");
        var address = await serverHost.AddInterfaceAsync(77, addressFirst);

        // The last step of the interface is a second old.
        var clock = Stopwatch.StartNew();
        var seen = "";
        await Wait.UntilAsync(
            async () =>
            {
                seen = await RecordsAsync(registry, kind);
                seen.Should().NotContain("127.0.0.1", "no other host reaches it there");
                return seen.Contains(address, StringComparison.Ordinal);
            },
            () => $"{address} is registered; there is: {seen}");
        var took = clock.Elapsed + TimeSpan.FromSeconds(1);
        var what = $"{kind}, {(addressFirst ? "address before link" : "link before address")}";
        FaultTable.Check("R31", $"new address registered after it is usable, {what}", $"<= {took.TotalSeconds:F1} s", "<= 3 s", took <= TimeSpan.FromSeconds(3));
        await Wait.ForAsync(5);
        await client.StartLoadAsync("rate=50 timeout=10000");
        await Wait.ForAsync(Profile.Pick(3, 20));
        FaultTable.CheckNothingSurfaced("R31", await client.EndLoadAsync(), what);
    }

    /// <summary>What the registry says of the node; without Consul's own address, which is loopback.</summary>
    private static async Task<string> RecordsAsync(RegistryServer registry, RegistryKind kind)
    {
        if (kind == RegistryKind.Etcd)
        {
            return await registry.EtcdControlAsync("get", "--prefix", "--print-value-only", "/micro/registry/faults/");
        }

        using var nodes = JsonDocument.Parse(await registry.ConsulAsync("GET", "/v1/health/service/faults?passing"));
        return string.Join(' ', nodes.RootElement.EnumerateArray().Select(static node => node.GetProperty("Service").GetProperty("Address").GetString()));
    }
}
