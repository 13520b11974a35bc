using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Members that take connections and say nothing, which is worse than refusing them (T10).</summary>
public sealed class HangingMemberTests
{
    [SkippableFact]
    public async Task FirstMemberHangs_EverythingWorksAtTheSecond_T10()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var hanging = new TcpProxy(server.Port);
        hanging.Freeze();
        await using var registry = Create(hanging, server);
        var name = Some.NewName();

        await registry.RegisterAsync(Some.Record(name, "a"), Some.Ttl(3));
        await using var watched = new Watched(registry, name);

        await Eventually.TrueAsync(() => watched.Ids == "a", "the watch");
        hanging.Accepted.Should().BePositive("it was tried first");
    }

    [SkippableFact]
    public async Task MemberFreezesLater_LeaseLivesAndTheWatchMovesOn_T10_R24()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var hanging = new TcpProxy(server.Port);
        await using var registry = Create(hanging, server);
        await using var writer = EtcdRegistry.Create(options => options.Addresses.Add(server.Address));
        var name = Some.NewName();
        var registration = await registry.RegisterAsync(Some.Record(name, "a"), Some.Ttl(12));
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.Ids == "a", "the watch");

        hanging.Freeze();
        await writer.RegisterAsync(Some.Record(name, "b"), Some.Ttl(60));

        await Eventually.TrueAsync(() => watched.Ids == "a b", "a change although the member in use hangs", seconds: 40);
        registration.Lost.IsCancellationRequested.Should().BeFalse("the lease is renewed at the other member");
        (await Some.IdsAsync(writer, name)).Should().Equal("a", "b");
        watched.Deletes.Should().Be(0);
    }

    [SkippableFact]
    public async Task OnlyMemberHangs_ManyCallersWithPassword_AllEndInTime()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        server.Pause();
        await using var registry = EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.Timeout = TimeSpan.FromSeconds(1);
            options.Username = "micro";
            options.Password = "secret";
        });

        // One after the other they would take half a minute: only one asks for a token at a time.
        var calls = Enumerable.Range(0, 30).Select(async _ => await registry.ListServicesAsync()).ToList();
        var all = () => Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(15));

        await all.Should().ThrowAsync<RegistryUnavailableException>();
        calls.Should().OnlyContain(call => call.IsFaulted);
    }

    private static IRegistry Create(TcpProxy first, EtcdServer second) =>
        EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(first.Address);
            options.Addresses.Add(second.Address);
        });
}
