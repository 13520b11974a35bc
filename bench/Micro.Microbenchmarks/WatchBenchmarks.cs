using BenchmarkDotNet.Attributes;
using Micro.Registry;
using Micro.Registry.Kit;

namespace Micro.Microbenchmarks;

/// <summary>One node's labels change: from the registry's change to the event that a reader of the watch receives.</summary>
[MemoryDiagnoser]
public class WatchBenchmarks
{
    private WatchHub? _hub;
    private IAsyncEnumerator<RegistryEvent>? _reader;
    private ServiceRecord? _record;
    private int _next;

    [Params(10, 1_000, 100_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        var record = Fleet.RecordOf(Nodes);
        _hub = new WatchHub();
        _hub.Replace(RecordSet.Create([record]));
        _hub.Settle();
        _reader = _hub.ReadAsync(Fleet.Service, default, default).GetAsyncEnumerator();
        await _reader.MoveNextAsync();
        await _reader.MoveNextAsync();
        _record = record;
    }

    [Benchmark]
    public async Task<RegistryEventKind> ChangeOneNode()
    {
        // A new label each time: a change that changes nothing gives no event.
        var index = (int)(++_next * 7919L % Nodes);
        _hub!.Apply(RegistryEvent.Update(_record! with { Nodes = [Fleet.NodeOf(index, $"{_next}")] }));
        await _reader!.MoveNextAsync();
        return _reader.Current.Kind;
    }
}
