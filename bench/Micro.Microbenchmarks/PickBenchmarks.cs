using BenchmarkDotNet.Attributes;
using Micro.Registry;
using Micro.Selection;

namespace Micro.Microbenchmarks;

/// <summary>The pick of a call, for any number of nodes.</summary>
[MemoryDiagnoser]
public class PickBenchmarks
{
    private IRegistry? _registry;
    private ISelector? _selector;

    [Params(1, 10, 1_000, 100_000)]
    public int Nodes { get; set; }

    [Params("random", "roundrobin")]
    public string Strategy { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _registry = MemoryRegistry.Create(options => options.Services = [Fleet.RecordOf(Nodes)]);
        _selector = Selectors.Create(options =>
        {
            options.Registry = _registry;
            options.Strategy = SelectorStrategies.Get(Strategy);
        });
        // Not every toolchain of BenchmarkDotNet awaits a setup.
        _selector.PickAsync(Fleet.Service, SelectOptions.Default).AsTask().GetAwaiter().GetResult();

        // The watch opens shortly after the first read; its initial state is not measured.
        Thread.Sleep(TimeSpan.FromSeconds(1));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _selector!.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _registry!.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark]
    public Node Pick()
    {
        var pick = _selector!.PickAsync(Fleet.Service, SelectOptions.Default);
        return pick.IsCompletedSuccessfully ? pick.Result.Node : throw new InvalidOperationException("a pick waited although the snapshot exists");
    }
}
