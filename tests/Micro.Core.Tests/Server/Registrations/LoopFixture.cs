using Micro.Registry;

namespace Micro.Server.Registrations;

/// <summary>A registration loop on manual time over a scripted registry, by default with TTL 90 s and interval 30 s.</summary>
internal sealed class LoopFixture : IAsyncDisposable
{
    private int _checksFailing;

    public LoopFixture(Action<ServerOptions>? configure = null, double jitter = 0.5)
    {
        Options = new ServerOptions { Name = "greeter", Id = "1" };
        configure?.Invoke(Options);
        Record = new ServiceRecord
        {
            Name = "greeter",
            Version = "latest",
            Nodes = [new Node { Id = "greeter-1", Address = "127.0.0.1:9000" }],
        };
        Loop = new RegistrationLoop(Registry, () => Record, Options, Logger, Clock, new MiddleRandom(jitter));
        Loop.StateChanged += (_, change) =>
        {
            lock (States)
            {
                States.Add(change.Current);
            }
        };
    }

    public PauseClock Clock { get; } = new();

    public ScriptedRegistry Registry { get; } = new();

    public ListLogger Logger { get; } = new();

    public ServerOptions Options { get; }

    public ServiceRecord Record { get; set; }

    public RegistrationLoop Loop { get; }

    public List<ServerState> States { get; } = [];

    public bool CheckFails
    {
        get => Volatile.Read(ref _checksFailing) != 0;
        set => Volatile.Write(ref _checksFailing, value ? 1 : 0);
    }

    public static LoopFixture WithCheck(Action<ServerOptions>? configure = null)
    {
        LoopFixture? fixture = null;
        fixture = new LoopFixture(options =>
        {
            options.RegisterCheck = _ => fixture!.CheckFails
                ? Task.FromException(new InvalidOperationException("database down"))
                : Task.CompletedTask;
            configure?.Invoke(options);
        });
        return fixture;
    }

    public async Task StartAsync() => await Loop.StartAsync(CancellationToken.None);

    /// <summary>Starts and waits for the first registration.</summary>
    public async Task StartRegisteredAsync()
    {
        await StartAsync();
        (await Registry.NextCallAsync()).Should().Be("register");
        Loop.State.Should().Be(ServerState.Registered);
    }

    public void FailRegistering(Exception? error = null) =>
        Registry.OnRegister = _ => Task.FromException(error ?? new RegistryUnavailableException("scripted", "down"));

    public void RegisterAgain() => Registry.OnRegister = static _ => Task.CompletedTask;

    public ValueTask DisposeAsync() => Loop.DisposeAsync();
}
