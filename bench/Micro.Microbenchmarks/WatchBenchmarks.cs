using BenchmarkDotNet.Attributes;
using Micro.Registry;
using Micro.Registry.Kit;

namespace Micro.Microbenchmarks;

/// <summary>One node's labels change: from the registry's change to the event that a reader of the watch receives.</summary>
[MemoryDiagnoser]
public class WatchBenchmarks
{
    private const int Changes = 1024;
    private readonly RegistryEvent[] _changes = new RegistryEvent[Changes];
    private WatchHub? _hub;
    private IAsyncEnumerator<RegistryEvent>? _reader;
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
        for (var number = 0; number < Changes; number++)
        {
            // Two labels in turn, so that every event changes something however often it comes.
            var revision = number < Changes / 2 ? "1" : "2";
            var index = (int)((number % (Changes / 2)) * 7919L % Nodes);
            _changes[number] = RegistryEvent.Update(record with { Nodes = [Fleet.NodeOf(index, revision)] });
        }
    }

    [Benchmark]
    public async Task<RegistryEventKind> ChangeOneNode()
    {
        _next = (_next + 1) % Changes;
        _hub!.Apply(_changes[_next]);
        await _reader!.MoveNextAsync();
        return _reader.Current.Kind;
    }
}
