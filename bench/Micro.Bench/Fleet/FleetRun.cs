using System.Diagnostics;
using Micro.Registry;
using Micro.Selection;

namespace Micro.Bench.Fleet;

/// <summary>Registers a fleet in one registry, measures reads and watches, and withdraws it.</summary>
internal sealed class FleetRun(string name, Func<IRegistry> open, FleetSettings settings)
{
    // Long enough that renewals do not disturb the measurement; short enough that records of an aborted run expire soon.
    private static readonly RegisterOptions Lifetime = new() { Ttl = TimeSpan.FromMinutes(10) };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FleetRecords _records = new(settings);
    private long _done;

    public async Task<FleetFigures> RunAsync(CancellationToken cancellationToken)
    {
        // The same object for a store inside the process.
        var (writer, reader) = (open(), open());
        try
        {
            var clock = Stopwatch.StartNew();
            await EachAsync("registered", record => writer.RegisterAsync(record, Lifetime, cancellationToken), cancellationToken);
            var registering = clock.Elapsed;
            var (list, listed) = await ListAsync(reader, cancellationToken);
            clock.Restart();
            await reader.GetServiceAsync(_records.Name(settings.Services / 2), cancellationToken);
            var lookup = clock.Elapsed;
            var change = await ChangeAsync(writer, reader, cancellationToken);
            var bytes = await MeasureSelectorAsync(reader, cancellationToken);
            return new FleetFigures(name, settings)
            {
                Registering = registering,
                List = list,
                Listed = listed,
                Lookup = lookup,
                Change = change,
                BytesPerNode = bytes,
            };
        }
        finally
        {
            // Also after an error or Ctrl-C: a remaining fleet would distort the next run.
            await EachAsync("withdrawn", record => writer.DeregisterAsync(record, CancellationToken.None), CancellationToken.None);
            await reader.DisposeAsync();
            await writer.DisposeAsync();
        }
    }

    private async Task EachAsync(string what, Func<ServiceRecord, Task> work, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _done, 0);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel, CancellationToken = cancellationToken };
        var step = Parallel.ForEachAsync(_records.All(), limits, async (record, _) =>
        {
            await work(record);
            Interlocked.Increment(ref _done);
        });
        await Progress.WatchAsync($"{name}: {what}", () => Interlocked.Read(ref _done), settings.All, step);
    }

    private async Task<(TimeSpan Time, int Nodes)> ListAsync(IRegistry reader, CancellationToken cancellationToken)
    {
        Progress.Say($"{name}: list, lookup and changes");
        var clock = Stopwatch.StartNew();
        var list = await reader.ListServicesAsync(cancellationToken);
        var time = clock.Elapsed;
        var ours = list.Where(_records.IsOurs).ToList();
        var services = ours.Select(record => record.Name).Distinct(StringComparer.Ordinal).Count();
        return services == settings.Services
            ? (time, ours.Sum(record => record.Nodes.Count))
            : throw new InvalidOperationException($"{name} lists {services} of {settings.Services} services");
    }

    private async Task<Samples> ChangeAsync(IRegistry writer, IRegistry reader, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience * (settings.Changes + 1));
        var changes = reader.WatchAsync(_records.Name(0), limit.Token).GetAsyncEnumerator(limit.Token);
        await using (changes.ConfigureAwait(false))
        {
            await UntilAsync(changes, change => change.Kind == RegistryEventKind.Synchronized);
            var samples = new Samples();
            for (var number = 0; number < settings.Changes; number++)
            {
                var record = _records.Make(0, settings.Nodes + number);
                var clock = Stopwatch.StartNew();
                await writer.RegisterAsync(record, Lifetime, limit.Token);
                await UntilAsync(changes, change => Holds(change, RegistryEventKind.Create, record));
                samples.Add(clock.Elapsed);
                await writer.DeregisterAsync(record, limit.Token);
                await UntilAsync(changes, change => Holds(change, RegistryEventKind.Delete, record));
            }

            return samples;
        }
    }

    private static bool Holds(RegistryEvent change, RegistryEventKind kind, ServiceRecord record) =>
        change.Kind == kind && change.Service!.Nodes.Any(node => string.Equals(node.Id, record.Nodes[0].Id, StringComparison.Ordinal));

    private static async Task UntilAsync(IAsyncEnumerator<RegistryEvent> changes, Func<RegistryEvent, bool> isIt)
    {
        while (await changes.MoveNextAsync())
        {
            if (isIt(changes.Current))
            {
                return;
            }
        }

        throw new InvalidOperationException("the watch ended");
    }

    private async Task<double> MeasureSelectorAsync(IRegistry reader, CancellationToken cancellationToken)
    {
        await using var selector = Selectors.Create(options => options.Registry = reader);
        var before = Heap();
        Interlocked.Exchange(ref _done, 0);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel, CancellationToken = cancellationToken };
        var step = Parallel.ForEachAsync(Enumerable.Range(0, settings.Watched), limits, async (service, token) =>
        {
            await selector.PickAsync(_records.Name(service), new SelectOptions(), attempted: null, token);
            Interlocked.Increment(ref _done);
        });
        await Progress.WatchAsync($"{name}: looked up", () => Interlocked.Read(ref _done), settings.Watched, step);
        var after = Heap();
        GC.KeepAlive(selector);
        return Math.Max(0, after - before) / (double)(settings.Watched * settings.Nodes);
    }

    private static long Heap()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
