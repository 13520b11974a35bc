using BenchmarkDotNet.Attributes;
using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Selection;
using Micro.Selection.Services;
using Micro.Selection.Strategies;

namespace Micro.Microbenchmarks;

/// <summary>One node's labels change: from the event to the new snapshot, as in the watcher.</summary>
[MemoryDiagnoser]
public class SnapshotBenchmarks : IDisposable
{
    private const int Changes = 1024;
    private readonly SelectorMetrics _metrics = new(static () => []);
    private readonly RegistryEvent[] _changes = new RegistryEvent[Changes];
    private IRegistry? _registry;
    private ServiceState? _state;
    private int _next;

    [Params(10, 1_000, 100_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _registry = MemoryRegistry.Create();
        var context = new SelectorContext(
            _registry,
            new SelectorOptions { Registry = _registry },
            TimeProvider.System,
            AtomicRandom.Create(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            _metrics);
        var record = Fleet.RecordOf(Nodes);
        _state = new ServiceState(Fleet.Service, context);
        _state.Synchronize(RecordSet.Create([record]));
        for (var number = 0; number < Changes; number++)
        {
            // Two labels in turn, so that every event changes something however often it comes.
            var revision = number < Changes / 2 ? "1" : "2";
            var index = (int)((number % (Changes / 2)) * 7919L % Nodes);
            _changes[number] = RegistryEvent.Update(record with { Nodes = [Fleet.NodeOf(index, revision)] });
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _registry!.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark]
    public bool ChangeOneNode()
    {
        _next = (_next + 1) % Changes;
        return _state!.TryApply(_changes[_next], confirmed: false);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        GC.SuppressFinalize(this);
    }
}
