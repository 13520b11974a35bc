using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests;

/// <summary>A selector over a real memory registry that can be made to fail, on fake time.</summary>
public sealed class SelectorFixture : IAsyncDisposable
{
    public const string Service = "greeter";

    public SelectorFixture(Action<SelectorOptions>? configure = null)
    {
        Store = MemoryRegistry.Create(time: Time);
        Registry = new FaultRegistry(Store);
        Selector = Selectors.Create(
            options =>
            {
                options.Registry = Registry;
                options.Strategy = SelectorStrategies.RoundRobin;
                configure?.Invoke(options);
            },
            Log,
            Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public CapturingLoggerFactory Log { get; } = new();

    public IRegistry Store { get; }

    public FaultRegistry Registry { get; }

    public ISelector Selector { get; }

    public static ServiceRecord RecordOf(params string[] ids) => RecordOf("1", ids);

    public static ServiceRecord RecordOf(string version, IEnumerable<string> ids, string service = Service) => new()
    {
        Name = service,
        Version = version,
        Nodes = [.. ids.Select(id => new Node { Id = id, Address = NodeAddress.Format("127.0.0.1", 8000 + id.GetHashCode(StringComparison.Ordinal) % 1000) })],
    };

    public static Task RegisterAsync(IRegistry registry, ServiceRecord record) => registry.RegisterAsync(record, new RegisterOptions());

    public Task RegisterAsync(params string[] ids) => RegisterAsync(Store, RecordOf(ids));

    public Task DeregisterAsync(params string[] ids) => Store.DeregisterAsync(RecordOf(ids));

    public async Task<Node> PickAsync(AttemptedNodes? attempted = null, SelectOptions? options = null) =>
        (await Selector.PickAsync(Service, options ?? SelectOptions.Default, attempted)).Node;

    /// <summary>Returns the distinct ids that a number of picks choose, sorted.</summary>
    public async Task<IReadOnlyList<string>> PickedAsync(int picks = 20, SelectOptions? options = null)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        for (var pick = 0; pick < picks; pick++)
        {
            ids.Add((await PickAsync(options: options)).Id);
        }

        return [.. ids];
    }

    /// <summary>Looks the service up and lets its watch open.</summary>
    public async Task WatchAsync()
    {
        await Selector.RefreshAsync(Service);
        await WatchOpensAsync(Registry.WatchesOpened + 1);
    }

    /// <summary>Moves time in small steps until a watch has been opened.</summary>
    public Task WatchOpensAsync(int opened) => StepUntilAsync(
        () => Registry.WatchesOpened >= opened && Registry.OpenWatches > 0, $"{opened} opened watches", TimeSpan.FromMilliseconds(10));

    /// <summary>Moves time step by step until a condition holds.</summary>
    public Task StepUntilAsync(Func<bool> condition, string what, TimeSpan step) => Time.StepUntilAsync(condition, what, step);

    /// <summary>Waits for a number of listed and suspected nodes.</summary>
    public Task CountsAsync(int listed, int suspects) => Eventually.TrueAsync(
        () => ((RegistrySelector)Selector).Find(Service) is { } entry && entry.NodeCount == listed && entry.SuspectCount == suspects,
        $"{listed} listed nodes and {suspects} suspects");

    public Task EventuallyPicksAsync(params string[] ids) =>
        Eventually.TrueAsync(async () => (await PickedOrNoneAsync()).SequenceEqual(ids), "picks of " + string.Join(',', ids));

    public async ValueTask DisposeAsync()
    {
        await Selector.DisposeAsync();
        await Registry.DisposeAsync();
    }

    private async Task<IReadOnlyList<string>> PickedOrNoneAsync()
    {
        try
        {
            return await PickedAsync();
        }
        catch (RegistryException)
        {
            return [];
        }
    }
}
