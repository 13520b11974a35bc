using Micro.Registry.Conformance;
using Micro.Testing;

namespace Micro.Registry.Composite;

/// <summary>Two registries that can fail and the one made of them, on fake time.</summary>
internal sealed class Pair : IAsyncDisposable
{
    public static readonly RegistryUnavailableException Down = new("memory", "down");

    public Pair()
    {
        FirstStore = MemoryRegistry.Create(time: Time);
        SecondStore = MemoryRegistry.Create(time: Time);
        First = new FaultRegistry(FirstStore);
        Second = new FaultRegistry(SecondStore);
        Both = Registries.Combine([First, Second], Log, Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public CapturingLoggerFactory Log { get; } = new();

    /// <summary>What is behind <see cref="First"/>, for what others register there.</summary>
    public IRegistry FirstStore { get; }

    public IRegistry SecondStore { get; }

    public FaultRegistry First { get; }

    public FaultRegistry Second { get; }

    public IRegistry Both { get; }

    public static ServiceRecord Record(string id, string version = "1", int port = 8080, string service = "greeter") => new()
    {
        Name = service,
        Version = version,
        Nodes = [new Node { Id = id, Address = NodeAddress.Format("127.0.0.1", port) }],
    };

    /// <summary>Reads and writes of a registry fail and its watches break.</summary>
    public static void Kill(FaultRegistry registry)
    {
        (registry.ReadError, registry.WriteError, registry.WatchError) = (Down, Down, Down);
        registry.CutWatches(Down);
    }

    public static void Revive(FaultRegistry registry) => (registry.ReadError, registry.WriteError, registry.WatchError) = (null, null, null);

    public WatchProbe Watch(string? service = "greeter") => new(Both, service, LetTimePassAsync, TimeSpan.FromSeconds(20));

    public async Task LetTimePassAsync()
    {
        Time.Advance(TimeSpan.FromMilliseconds(200));
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
    }

    public async Task<IEnumerable<string>> IdsAsync() =>
        (await Both.GetServiceAsync("greeter")).SelectMany(record => record.Nodes.Select(node => $"{record.Version}/{node.Id}@{node.Address}"));

    public ValueTask DisposeAsync() => Both.DisposeAsync();
}
