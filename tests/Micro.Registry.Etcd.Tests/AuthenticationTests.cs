using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Users, passwords and tokens (S22).</summary>
[Collection("etcd")]
public sealed class AuthenticationTests(SharedEtcd shared)
{
    private const int Authenticated = 5001;

    [SkippableFact]
    public async Task Token_Expired_IsRenewedOnceAndNothingFails_S22()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        using var log = new CapturingLoggerFactory();
        await using var registry = await CreateAsync("micro", "secret", log);
        var record = Some.Record(Some.NewName(), "n");
        await registry.RegisterAsync(record, Some.Ttl(30));
        log.Entries.Count(entry => entry.Id.Id == Authenticated).Should().Be(1, "one token serves all calls");

        // The server forgets a token that was not used for 2 s; nothing tells when it did so.
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
        await registry.RegisterAsync(record, Some.Ttl(30));

        (await registry.GetServiceAsync(record.Name)).Should().ContainSingle();
        log.Entries.Count(entry => entry.Id.Id == Authenticated).Should().Be(2);
        await registry.DeregisterAsync(record);
    }

    [SkippableFact]
    public async Task Watch_TokenExpired_WatchesAgain_S22()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var registry = await CreateAsync("micro", "secret");
        var name = Some.NewName();
        await registry.RegisterAsync(Some.Record(name, "a"), Some.Ttl(30));
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);

        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.Ids == "a", "the watch");
        await registry.RegisterAsync(Some.Record(name, "b"), Some.Ttl(30));

        await Eventually.TrueAsync(() => watched.Ids == "a b", "a change");
    }

    [SkippableFact]
    public async Task Lease_TokenExpiredAndConnectionLost_LivesOn_S22()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.GuardedAsync();
        await using var proxy = new TcpProxy(server.Port);
        await using var registry = EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(proxy.Address);
            options.Username = "micro";
            options.Password = "secret";
            options.RenewalLimit = TimeSpan.FromMinutes(1);
        });
        var record = Some.Record(Some.NewName(), "n");
        var registration = await registry.RegisterAsync(record, Some.Ttl(4));

        // Nothing but renewals happens until the token is forgotten; then the stream has to be opened anew.
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
        proxy.Cut();
        proxy.Restore();
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);

        registration.Lost.IsCancellationRequested.Should().BeFalse();
        (await Some.IdsAsync(registry, record.Name)).Should().Equal("n");
        await registry.DeregisterAsync(record);
    }

    [SkippableFact]
    public async Task User_WithoutRights_EverythingIsDenied_R_REG_12()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var registry = await CreateAsync("nobody", "secret");
        var record = Some.Record(Some.NewName(), "n");

        await FluentActions.Awaiting(() => registry.RegisterAsync(record, Some.Ttl(30))).Should().ThrowAsync<RegistryDeniedException>();
        await FluentActions.Awaiting(() => registry.GetServiceAsync(record.Name)).Should().ThrowAsync<RegistryDeniedException>();
        await FluentActions.Awaiting(async () => await registry.WatchAsync(record.Name).GetAsyncEnumerator().MoveNextAsync())
            .Should().ThrowAsync<RegistryDeniedException>();
    }

    [SkippableFact]
    public async Task NoUser_ClusterAsksForOne_Denied()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.GuardedAsync();
        await using var registry = EtcdRegistry.Create(options => options.Addresses.Add(server.Address));

        await FluentActions.Awaiting(() => registry.GetServiceAsync("x")).Should().ThrowAsync<RegistryDeniedException>();
    }

    [SkippableFact]
    public async Task User_FromTheEnvironment_IsUsed_E8()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.GuardedAsync();
        await using var registry = EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.Environment = new Dictionary<string, string?> { ["ETCD_USERNAME"] = "micro", ["ETCD_PASSWORD"] = "secret" };
        });
        var record = Some.Record(Some.NewName(), "n");

        await registry.RegisterAsync(record, Some.Ttl(30));

        (await Some.IdsAsync(registry, record.Name)).Should().Equal("n");
    }

    [SkippableFact]
    public async Task User_ClusterAsksForNone_Works()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.OpenAsync();
        await using var registry = EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.Username = "somebody";
            options.Password = "secret";
        });

        await FluentActions.Awaiting(() => registry.GetServiceAsync(Some.NewName())).Should().ThrowAsync<ServiceNotFoundException>();
    }

    private async Task<IRegistry> CreateAsync(string user, string password, CapturingLoggerFactory? log = null)
    {
        var server = await shared.GuardedAsync();
        return EtcdRegistry.Create(
            options =>
            {
                options.Addresses.Add(server.Address);
                options.Username = user;
                options.Password = password;
            },
            log);
    }
}
