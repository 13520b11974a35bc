using System.Diagnostics;
using Micro.Registry;
using Micro.Testing;

namespace Micro.FunctionalTests;

/// <summary>
/// What callers notice when servers are killed and restarted under load: rules R3, R11, R12. Each registry runs them by
/// a class of its own.
/// </summary>
public abstract class RestartTests : IAsyncLifetime
{
    private const int Rate = 300;
    private readonly ExecutedCalls _calls = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private MicroService? _client;

    /// <summary>The registry as one process sees it. Servers and the client each ask for theirs.</summary>
    protected abstract IRegistry Connect();

    /// <summary>The registry as the client sees it.</summary>
    protected virtual IRegistry ConnectClient() => Connect();

    /// <summary>Starts what the registry needs.</summary>
    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RollingRestart_ThreeServersTwiceRound_NothingSurfacesAndNothingRunsTwice_R11(bool isIdempotent)
    {
        var servers = new Queue<LoadServer>();
        for (var number = 0; number < 3; number++)
        {
            servers.Enqueue(await StartServerAsync());
        }

        await using var load = TestLoad.Start(Client(), Rate, isIdempotent);
        await load.GoOnAsync(Rate / 2);

        var longest = TimeSpan.Zero;
        for (var restart = 0; restart < 6; restart++)
        {
            // As an operator does it: stop, wait for the end, start the successor on a port of its own.
            var clock = Stopwatch.StartNew();
            await servers.Dequeue().DisposeAsync();
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            servers.Enqueue(await StartServerAsync());
            await load.GoOnAsync(Rate / 2);
        }

        await load.EndAsync();
        Told(load).Should().BeEmpty();
        _calls.MostExecutions.Should().Be(1);
        _calls.Ids.Should().HaveCount(load.Made);
        longest.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [SkippableFact]
    public async Task RollingRestart_NoDrainDelay_NothingSurfacesAndNothingRunsTwice_R11()
    {
        var servers = new Queue<LoadServer>();
        for (var number = 0; number < 3; number++)
        {
            servers.Enqueue(await StartServerAsync(drainDelay: TimeSpan.Zero));
        }

        // Idle connections to servers that leave are the danger: the good-bye must reach whoever sends at that moment.
        await using var load = TestLoad.Start(Client(), Rate, isIdempotent: false);
        await load.GoOnAsync(Rate / 2);
        for (var restart = 0; restart < 12; restart++)
        {
            await servers.Dequeue().DisposeAsync();
            servers.Enqueue(await StartServerAsync(drainDelay: TimeSpan.Zero));
            await load.GoOnAsync(Rate / 10);
        }

        await load.EndAsync();
        Told(load).Should().BeEmpty();
        _calls.MostExecutions.Should().Be(1);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_OneOfThreeServers_OnlyCallsInFlightSurface_R3(bool isIdempotent)
    {
        var (victim, address, log) = await StartVictimAsync();
        await StartServerAsync();
        await StartServerAsync();
        await using var load = TestLoad.Start(Client(), Rate, isIdempotent);
        await Eventually.TrueAsync(() => load.Attempts.Any(attempt => attempt.Address == address), "calls reach the victim");
        await load.GoOnAsync(Rate);

        // It hangs for a moment, so that calls are in flight when it dies.
        victim.Pause();
        await load.GoOnAsync(Rate / 10);
        victim.Kill();
        await victim.WaitForExitAsync();
        await load.GoOnAsync(Rate * 7);
        await load.EndAsync();

        // It is left out with the first refused connection; or, when the client has asked it in its silence, with the last call in flight.
        var atIt = load.Attempts.Where(attempt => attempt.Address == address && attempt.Failure is not null).OrderBy(static attempt => attempt.At).ToList();
        atIt.Should().NotBeEmpty("calls were in flight there");
        var noticed = atIt.Exists(static attempt => attempt.Failure == ErrorKind.Connect) ? atIt.First(static attempt => attempt.Failure == ErrorKind.Connect).At : atIt[^1].At;
        var later = load.Attempts.Where(attempt => attempt.Address == address && TimeProvider.System.GetElapsedTime(noticed, attempt.At) > TimeSpan.FromMilliseconds(100)).ToList();
        later.Should().HaveCountLessThanOrEqualTo(2, "after 100 ms the dead node sees probes only, one in 5 to 10 s");
        if (isIdempotent)
        {
            Told(load).Should().BeEmpty();
            return;
        }

        // Whether they were executed is unknown, so they surface: those in flight, and no others.
        var inFlight = load.Attempts.Count(attempt => attempt.Address == address && attempt.Failure == ErrorKind.Broken);
        inFlight.Should().BePositive();
        load.Failures.Should().HaveCount(inFlight).And.OnlyContain(failure => failure.Kind == ErrorKind.Broken && failure.Node!.Address == address);
        var atVictim = await File.ReadAllLinesAsync(log);
        atVictim.Concat(_calls.Ids).Should().OnlyHaveUniqueItems();
        _calls.MostExecutions.Should().Be(1);
    }

    [SkippableFact]
    public async Task Stop_RegistryUnreachable_ServerStillLeavesInTime_R12()
    {
        var registry = new FaultRegistry(Connect());
        _parts.Add(registry);
        var deregisterTimeout = TimeSpan.FromSeconds(1);
        var server = await LoadServer.StartAsync(
            registry,
            _calls,
            handlerTime: TimeSpan.FromMilliseconds(300),
            configure: options => options.ServerOptions(server => server.DeregisterTimeout = deregisterTimeout));
        await StartServerAsync();
        await using var load = TestLoad.Start(Client(), Rate / 3, isIdempotent: false);
        await load.GoOnAsync(Rate / 3);

        registry.WriteError = new RegistryUnavailableException("memory", "down");
        var clock = Stopwatch.StartNew();
        await server.DisposeAsync();

        // The limit, the drain delay, the running calls, the good-bye, and room for a busy machine.
        clock.Elapsed.Should().BeLessThan(deregisterTimeout + TimeSpan.FromSeconds(5));
        await load.GoOnAsync(Rate / 3);
        await load.EndAsync();
        Told(load).Should().BeEmpty("the clients move on although the registry still lists the server");
        _calls.MostExecutions.Should().Be(1);
    }

    /// <summary>Three servers under load while something is done to the registry; nothing of it may surface.</summary>
    protected Task DisturbAsync(Func<Task> disturb, int interval) => DisturbAsync((_, _) => disturb(), interval);

    /// <summary>The same, for what needs the servers and the load as well.</summary>
    protected async Task DisturbAsync(Func<IReadOnlyList<LoadServer>, TestLoad, Task> disturb, int interval)
    {
        var servers = new List<LoadServer>();
        for (var number = 0; number < 3; number++)
        {
            servers.Add(await StartServerAsync(registerInterval: TimeSpan.FromSeconds(interval)));
        }

        await using var load = TestLoad.Start(Client(), Rate, isIdempotent: false);
        await load.GoOnAsync(Rate);
        await disturb(servers, load);
        await load.GoOnAsync(Rate);
        await load.EndAsync();
        Told(load).Should().BeEmpty();
        _calls.MostExecutions.Should().Be(1);
    }

    private static IEnumerable<string> Told(TestLoad load) => load.Failures.Select(failure => $"{failure.Kind} after {failure.Attempts}: {failure.Detail}").Distinct();

    private Micro.Client.IMicroClient Client()
    {
        _client = MicroService.Create(options => options
            .Name("greeter.client").IgnoreEnvironment().Logging(static _ => { }).Registry(ConnectClient()));
        return _client.Client;
    }

    protected async Task<LoadServer> StartServerAsync(TimeSpan? drainDelay = null, TimeSpan? registerInterval = null)
    {
        var server = await LoadServer.StartAsync(
            Connect(),
            _calls,
            handlerTime: TimeSpan.FromMilliseconds(2),
            configure: options => options.ServerOptions(server =>
            {
                server.DrainDelay = drainDelay;
                server.RegisterInterval = registerInterval ?? server.RegisterInterval;
            }));
        _parts.Add(server);
        return server;
    }

    /// <summary>A server in a process of its own that can be killed; listed by this test, so that it stays listed.</summary>
    private async Task<(GreeterProcess Process, string Address, string Log)> StartVictimAsync()
    {
        var log = Path.Combine(Path.GetTempPath(), $"calls-{Guid.NewGuid():N}");
        var (process, address) = await GreeterProcess.StartServerAsync("--registry=memory", $"--call_log={log}");
        _parts.Add(new Cleanup(() =>
        {
            process.Dispose();
            File.Delete(log);
        }));
        var record = new ServiceRecord { Name = "greeter", Version = "latest", Nodes = [new Node { Id = "greeter-victim", Address = address }] };
        await Connect().RegisterAsync(record, new RegisterOptions());
        return (process, address, log);
    }

    private sealed class Cleanup(Action action) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            action();
            return ValueTask.CompletedTask;
        }
    }
}
