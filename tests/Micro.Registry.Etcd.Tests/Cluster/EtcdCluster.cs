using System.Text.Json;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>Three members on loopback.</summary>
public sealed class EtcdCluster(EtcdBinary? binary, params string[] arguments) : IAsyncDisposable
{
    public EtcdCluster()
        : this(EtcdBinary.Newest)
    {
    }

    public IReadOnlyList<EtcdServer> Members { get; } = [.. Enumerable.Range(0, 3).Select(_ => new EtcdServer(arguments) { Binary = binary })];

    public async Task StartAsync()
    {
        var initial = string.Join(',', Members.Select(member => $"{member.Name}={member.PeerAddress}"));
        foreach (var member in Members)
        {
            member.InitialCluster = initial;
            member.Launch();
        }

        foreach (var member in Members)
        {
            await member.WaitUntilReadyAsync();
        }
    }

    public async Task<EtcdServer> LeaderAsync()
    {
        EtcdServer? leader = null;
        await Eventually.TrueAsync(async () => (leader = await FindLeaderAsync(Members)) is not null, "a leader");
        return leader!;
    }

    public static async Task<bool> HasLeaderAsync(IReadOnlyList<EtcdServer> members) => await FindLeaderAsync(members) is not null;

    private static async Task<EtcdServer?> FindLeaderAsync(IReadOnlyList<EtcdServer> members)
    {
        foreach (var member in members)
        {
            using var status = JsonDocument.Parse(await member.ControlAsync("endpoint", "status", "-w", "json"));
            var content = status.RootElement[0].GetProperty("Status");
            if (content.TryGetProperty("leader", out var leader)
                && content.GetProperty("header").GetProperty("member_id").GetUInt64() == leader.GetUInt64())
            {
                return member;
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }
    }
}
