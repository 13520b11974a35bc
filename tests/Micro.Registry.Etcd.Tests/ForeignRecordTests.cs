using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Nodes that others registered under a prefix of their own.</summary>
[Collection("etcd")]
public sealed class ForeignRecordTests(SharedEtcd shared)
{
    [SkippableFact]
    public async Task Get_ForeignValues_AreNodesOfTheService()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.OpenAsync();
        await using var registry = Create(server);
        var name = Some.NewName();
        await server.PutAsync($"/micro/services/{name}/a", "10.0.0.1:50051");
        await server.PutAsync($"/micro/services/{name}/b", """{"Op":0,"Addr":"10.0.0.2:50051","Metadata":{"zone":"x","weight":3}}""");
        await server.PutAsync($"/micro/services/{name}/c", """{"Op":1,"Addr":"10.0.0.3:50051","Metadata":null}""");
        await server.PutAsync($"/micro/services/{name}/d", "nonsense");

        var read = await registry.GetServiceAsync(name);

        var nodes = read.Should().ContainSingle().Which.Nodes;
        nodes.Select(node => (node.Id, node.Address)).Should().Equal(("a", "10.0.0.1:50051"), ("b", "10.0.0.2:50051"));
        nodes[0].Metadata.Should().Equal(new Dictionary<string, string> { ["protocol"] = "grpc" });
        nodes[1].Metadata.Should().Equal(new Dictionary<string, string> { ["protocol"] = "grpc", ["zone"] = "x" });
    }

    [SkippableFact]
    public async Task Watch_BothPrefixes_NodeStaysUntilItIsGoneFromBoth()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.OpenAsync();
        await using var registry = Create(server);
        var name = Some.NewName();
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized, "the watch");

        await server.PutAsync($"/micro/services/{name}/a", "10.0.0.1:50051");
        await registry.RegisterAsync(Some.Record(name, "a"), Some.Ttl(30));
        await registry.RegisterAsync(Some.Record(name, "b"), Some.Ttl(30));
        await Eventually.TrueAsync(() => watched.Ids == "a b", "both nodes");

        await server.ControlAsync("del", $"/micro/services/{name}/a");
        await registry.RegisterAsync(Some.Record(name, "c"), Some.Ttl(30));
        await Eventually.TrueAsync(() => watched.Ids == "a b c", "the node under the other key");
        await registry.DeregisterAsync(Some.Record(name, "a"));
        await Eventually.TrueAsync(() => watched.Ids == "b c", "its end");
        watched.Misfit.Should().BeNull();
    }

    private static IRegistry Create(EtcdServer server) =>
        EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.ForeignPrefixes.Add("/micro/services/");
        });
}
