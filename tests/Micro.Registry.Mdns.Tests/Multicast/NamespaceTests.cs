using System.Diagnostics;
using Micro.Testing;

namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>Processes on separate network stacks: IPv6, several interfaces, interfaces that come and go.</summary>
[Collection("multicast")]
public sealed class NamespaceTests
{
    [SkippableFact]
    public async Task GetService_OnlyIPv6_IsFoundWithItsAddress_R_MDNS_7()
    {
        Peers.SkipUnlessPossible();
        await using var peers = new Peers();
        await peers.AddNamespaceAsync("a");
        await peers.AddNamespaceAsync("b");
        await peers.JoinAsync("a", "a0", "fd77::1/64", "b", "b0", "fd77::2/64");
        await peers.RegisterAsync("a", "one", "[fd77::1]:9001");
        var client = peers.Start("b", "get greeter");

        await FoundAsync(client, "[fd77::1]:9001");
    }

    [SkippableFact]
    public async Task GetService_NodesOnTwoInterfaces_BothAreFound()
    {
        Peers.SkipUnlessPossible();
        await using var peers = new Peers();
        await peers.AddNamespaceAsync("a");
        await peers.AddNamespaceAsync("b");
        await peers.AddNamespaceAsync("c");
        await peers.JoinAsync("a", "a0", "10.77.1.1/24", "b", "b0", "10.77.1.2/24");
        await peers.JoinAsync("c", "c0", "10.77.2.1/24", "b", "b1", "10.77.2.2/24");
        await peers.RegisterAsync("a", "one", "10.77.1.1:9001");
        await peers.RegisterAsync("c", "two", "10.77.2.1:9001");
        var client = peers.Start("b", "get greeter");

        await FoundAsync(client, "10.77.1.1:9001 10.77.2.1:9001");
    }

    [SkippableFact]
    public async Task GetService_InterfaceComesLater_IsFollowed()
    {
        Peers.SkipUnlessPossible();
        await using var peers = new Peers();
        await peers.AddNamespaceAsync("a");
        await peers.AddNamespaceAsync("b");
        await peers.SetAsync("a", "lo", "up");
        await peers.SetAsync("b", "lo", "up");
        await peers.RegisterAsync("a", "one", "10.77.1.1:9001");
        var client = peers.Start("b", "get greeter");
        await FoundAsync(client, "none");

        await peers.JoinAsync("a", "a0", "10.77.1.1/24", "b", "b0", "10.77.1.2/24");
        await FoundAsync(client, "10.77.1.1:9001");

        await peers.SetAsync("a", "a0", "down");
        await Eventually.TrueAsync(async () => await AskAsync(client) is "none" or "unavailable", "the node is unreachable");
        await peers.SetAsync("a", "a0", "up");
        await FoundAsync(client, "10.77.1.1:9001");
    }

    [SkippableFact]
    public async Task Register_NoInterface_IsUnavailableWithAHint_R_MDNS_7()
    {
        Peers.SkipUnlessPossible();
        await using var peers = new Peers();
        await peers.AddNamespaceAsync("a");

        var said = await Peers.ReadAsync(peers.Start("a", "register one 10.77.1.1:9001"));

        said.Should().StartWith("unavailable").And.Contain("choose another registry");
    }

    [SkippableFact]
    public async Task GetService_SourceOutsideTheLink_IsNotAnswered_S6()
    {
        Peers.SkipUnlessPossible();
        await using var peers = new Peers();
        await peers.AddNamespaceAsync("a", useIPv6: false);
        await peers.AddNamespaceAsync("b", useIPv6: false);
        await peers.JoinAsync("a", "a0", "10.77.1.1/24", "b", "b0", "10.88.1.2/24");
        await peers.RegisterAsync("a", "one", "10.77.1.1:9001");
        var client = peers.Start("b", "get greeter");

        await FoundAsync(client, "none");
        (await AskAsync(client)).Should().Be("none");
        (await AskAsync(client)).Should().Be("none");

        // The same pair of hosts, now with addresses of one subnet.
        await peers.ReplaceAddressAsync("b", "b0", "10.77.1.2/24", "10.88.1.2/24");
        await FoundAsync(client, "10.77.1.1:9001");
    }

    private static async Task<string?> AskAsync(Process client)
    {
        await client.StandardInput.WriteLineAsync();
        await client.StandardInput.FlushAsync();
        return await Peers.ReadAsync(client);
    }

    private static Task FoundAsync(Process client, string nodes) =>
        Eventually.TrueAsync(async () => await AskAsync(client) == nodes, $"{nodes} are found");
}
