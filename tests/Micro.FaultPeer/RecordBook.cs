using System.Diagnostics;
using System.Globalization;
using Micro.Registry;

namespace Micro.FaultPeer;

/// <summary>
/// Works on the registry itself: <c>register NAME COUNT</c> writes records of one node each, <c>lookup NAME</c> reads a service (nodes
/// and milliseconds), <c>watch NAME</c> begins a watch, <c>watched</c> says what it knows: nodes, and when it learnt of the last change.
/// </summary>
internal sealed class RecordBook(IRegistry registry)
{
    private const int Writers = 16;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _changed;

    public async Task<string> RegisterAsync(string[] arguments)
    {
        var count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var prefix = Guid.NewGuid().ToString("N")[..8];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (number, stop) =>
        {
            var node = new Node { Id = $"{prefix}-{number:D5}", Address = $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:9000" };
            await registry.RegisterAsync(new ServiceRecord { Name = arguments[0], Version = "1", Nodes = [node] }, new RegisterOptions(), stop);
        });
        return Now();
    }

    public async Task<string> LookUpAsync(string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        var records = await registry.GetServiceAsync(arguments[0]);
        return string.Create(CultureInfo.InvariantCulture, $"{records.Sum(static record => record.Nodes.Count)} {clock.Elapsed.TotalMilliseconds:F1}");
    }

    public string Watch(string[] arguments)
    {
        _ = Task.Run(() => WatchAsync(arguments[0]));
        return "watching";
    }

    public string Watched()
    {
        lock (_gate)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{_known.Count} {_changed}");
        }
    }

    private async Task WatchAsync(string name)
    {
        await foreach (var change in registry.WatchAsync(name))
        {
            lock (_gate)
            {
                foreach (var id in change.Service?.Nodes.Select(static node => node.Id) ?? [])
                {
                    _ = change.Kind == RegistryEventKind.Delete ? _known.Remove(id) : _known.Add(id);
                }

                _changed = TimeProvider.System.GetTimestamp();
            }
        }
    }

    private static string Now() => TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
}
