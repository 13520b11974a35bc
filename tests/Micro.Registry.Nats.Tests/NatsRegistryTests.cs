using Micro.Testing;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Micro.Registry.Nats.Tests;

/// <summary>The NATS registry beyond the rules of all registries: Go's messages, lifetimes, outages, conflicts.</summary>
public sealed class NatsRegistryTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _owned = [];
    private NatsServer? _server;

    public async Task InitializeAsync()
    {
        if (NatsServer.SkipReason is null)
        {
            _server = await NatsServer.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task GetService_GoOwnerAnswers_ItsVersionsAreJoined()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        var registry = Create();
        var go = Connect();
        var queries = await go.SubscribeCoreAsync<string>("micro.nats.query");
        await go.PingAsync();
        var asking = registry.GetServiceAsync("greeter");
        var query = await queries.Msgs.ReadAsync();
        await query.ReplyAsync("""{"name":"greeter","version":"1","metadata":null,"endpoints":null,"nodes":[{"metadata":{"protocol":"mucp"},"id":"greeter-1","address":"127.0.0.1:1"}]}""");
        await query.ReplyAsync("""{"name":"greeter","version":"2","metadata":null,"endpoints":null,"nodes":[{"metadata":null,"id":"greeter-2","address":"127.0.0.1:2"}]}""");

        var found = await asking;

        query.Data.Should().Be("""{"Service":{"name":"greeter","version":"","metadata":null,"endpoints":null,"nodes":null},"Action":"get"}""");
        found.SelectMany(static record => record.Nodes, static (record, node) => $"{record.Version} {node.Id} {node.Address}")
            .Should().Equal("1 greeter-1 127.0.0.1:1", "2 greeter-2 127.0.0.1:2");
    }

    [SkippableFact]
    public async Task Register_GoWatcher_GetsItsMessages()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        var registry = Create();
        var go = Connect();
        var changes = await go.SubscribeCoreAsync<string>("micro.nats.watch");
        await go.PingAsync();

        await registry.RegisterAsync(Record("a", 1), new RegisterOptions { Ttl = TimeSpan.FromSeconds(90) });
        var created = await changes.Msgs.ReadAsync();
        await registry.DeregisterAsync(Record("a", 1));
        var deleted = await changes.Msgs.ReadAsync();

        const string Service = """{"name":"greeter","version":"1","metadata":null,"endpoints":null,"nodes":[{"metadata":null,"id":"a","address":"127.0.0.1:1"}]}""";
        created.Data.Should().Be($$"""{"Service":{{Service}},"Action":"create","Ttl":90}""");
        deleted.Data.Should().Be($$"""{"Service":{{Service}},"Action":"delete"}""");
    }

    [SkippableFact]
    public async Task Query_FromGo_OwnerAnswersWithItsRecord()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        var registry = Create();
        await registry.RegisterAsync(Record("a", 1), new RegisterOptions { Ttl = TimeSpan.FromSeconds(90) });
        var go = Connect();

        var answer = await go.RequestAsync<string, string>("micro.nats.query", """{"Service":{"name":"greeter","version":"","metadata":null,"endpoints":null,"nodes":null},"Action":"get"}""");
        var list = await go.RequestAsync<string, string>("micro.nats.query", """{"Service":null,"Action":"list"}""");

        answer.Data.Should().StartWith("""{"name":"greeter","version":"1","metadata":null,"endpoints":null,"nodes":[{"metadata":null,"id":"a","address":"127.0.0.1:1"}]""");
        list.Data.Should().Be(answer.Data);
    }

    [SkippableFact]
    public async Task GetService_KnownOwnersHaveAnswered_DoesNotWaitForOthers()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        await Create().RegisterAsync(Record("a", 1), new RegisterOptions { Ttl = TimeSpan.FromSeconds(90) });
        var time = TimeProvider.System;
        var registry = Create(static options => options.AnswerTime = TimeSpan.FromSeconds(2));
        await registry.GetServiceAsync("greeter");
        var start = time.GetTimestamp();

        await registry.GetServiceAsync("greeter");

        time.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(2));
    }

    [SkippableFact]
    public async Task Watch_GoNodeIsSilentBeyondItsLifetime_Leaves()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        var registry = Create(static options => options.NodeTtl = TimeSpan.FromSeconds(1));
        var events = registry.WatchAsync("greeter").GetAsyncEnumerator();
        _owned.Add(events);
        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Kind.Should().Be(RegistryEventKind.Synchronized);
        await Connect().PublishAsync("micro.nats.watch", """{"Service":{"name":"greeter","version":"1","nodes":[{"id":"g","address":"127.0.0.1:7"}]},"Action":"create"}""");

        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Kind.Should().Be(RegistryEventKind.Create);
        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Kind.Should().Be(RegistryEventKind.Delete);
        events.Current.Service!.Nodes.Should().ContainSingle(static node => node.Id == "g");
    }

    [SkippableFact]
    public async Task Watch_ServerIsKilledForLongerThanTheLifetime_NodesStayAndReturnIsSeen()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        var owner = Create();
        var reader = Create();
        await owner.RegisterAsync(Record("a", 1), new RegisterOptions { Ttl = TimeSpan.FromSeconds(2) });
        var events = reader.WatchAsync("greeter").GetAsyncEnumerator();
        _owned.Add(events);
        await events.MoveNextAsync();
        events.Current.Kind.Should().Be(RegistryEventKind.Create);
        await events.MoveNextAsync();
        var next = events.MoveNextAsync();

        _server!.Kill();
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, CancellationToken.None);
        next.IsCompleted.Should().BeFalse("an outage of the server tells nothing about nodes");
        await _server.StartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await owner.RegisterAsync(Record("b", 2), new RegisterOptions { Ttl = TimeSpan.FromSeconds(90) });
                    await owner.RegisterAsync(Record("a", 1), new RegisterOptions { Ttl = TimeSpan.FromSeconds(90) });
                    return true;
                }
                catch (RegistryUnavailableException)
                {
                    return false;
                }
            },
            "the owner registers again");

        (await next).Should().BeTrue();
        events.Current.Kind.Should().Be(RegistryEventKind.Create);
        events.Current.Service!.Nodes.Should().ContainSingle(static node => node.Id == "b");
    }

    [SkippableFact]
    public async Task Register_IdIsUsedByAnotherProcess_ReportsItsAddress()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        var first = Create();
        await first.RegisterAsync(Record("a", 1), new RegisterOptions());
        await Create().RegisterAsync(Record("a", 2), new RegisterOptions());

        await Eventually.TrueAsync(
            async () => (await first.RegisterAsync(Record("a", 1), new RegisterOptions())).ConflictingAddress == "127.0.0.1:2", "the conflict");
    }

    [Fact]
    public void Create_WrongSettings_AllAreNamed()
    {
        var create = () => NatsRegistry.Create(static options =>
        {
            options.Addresses.Add("http://secret:word@x");
            options.QueryTopic = "a b";
            options.AnswerTime = TimeSpan.Zero;
        });

        create.Should().Throw<OptionsValidationException>().Which.Message
            .Should().ContainAll("address 1", "QueryTopic", "AnswerTime").And.NotContain("word");
    }

    private static ServiceRecord Record(string id, int port) =>
        new() { Name = "greeter", Version = "1", Nodes = [new Node { Id = id, Address = $"127.0.0.1:{port}" }] };

    private IRegistry Create(Action<NatsRegistryOptions>? configure = null)
    {
        var registry = NatsRegistry.Create(options =>
        {
            options.Addresses.Add(_server!.Address);
            configure?.Invoke(options);
        });
        _owned.Add(registry);
        return registry;
    }

    private NatsConnection Connect()
    {
        var connection = new NatsConnection(new NatsOpts { Url = $"nats://{_server!.Address}" });
        _owned.Add(connection);
        return connection;
    }
}
