using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Ejection;

/// <summary>A selector with scripted outcomes of picks, on fake time.</summary>
public sealed class EjectionFixture : IAsyncDisposable
{
    private readonly SelectorFixture _inner;

    public EjectionFixture(Action<SelectorOptions>? configure = null) => _inner = new SelectorFixture(configure);

    public ManualTimeProvider Time => _inner.Time;

    public ISelector Selector => _inner.Selector;

    public SelectorFixture Inner => _inner;

    public static ServiceRecord RecordOf(params string[] ids) => RecordOf(ids.Select(id => (id, id)));

    public static ServiceRecord RecordOf(IEnumerable<(string Id, string Host)> nodes) => new()
    {
        Name = SelectorFixture.Service,
        Version = "1",
        Nodes = [.. nodes.Select(node => new Node { Id = node.Id, Address = node.Host + ":8080" })],
    };

    public async Task RegisterAsync(params string[] ids)
    {
        await SelectorFixture.RegisterAsync(_inner.Store, RecordOf(ids));
        await _inner.WatchAsync();
    }

    public async Task<NodePick> PickAsync(AttemptedNodes? attempted = null) =>
        await Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default, attempted);

    /// <summary>Picks until a node is picked and reports the outcome of its attempt; the others succeed.</summary>
    public async Task ReportAsync(string id, ErrorKind? failure, int times = 1)
    {
        for (var done = 0; done < times;)
        {
            var pick = await PickAsync();
            var isIt = pick.Node.Id == id;
            pick.Complete(new AttemptOutcome(!isIt || failure is null, isIt ? failure ?? default : default, TimeSpan.Zero));
            done += isIt ? 1 : 0;
        }
    }

    /// <summary>Returns the ids that calls reach when all attempts succeed.</summary>
    public async Task<IReadOnlyList<string>> UsedAsync(int picks = 30)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        for (var pick = 0; pick < picks; pick++)
        {
            var chosen = await PickAsync();
            ids.Add(chosen.Node.Id);
            chosen.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));
        }

        return [.. ids];
    }

    /// <summary>Returns the picked ids, without reporting outcomes.</summary>
    public Task<IReadOnlyList<string>> PickedWithoutReportAsync() => _inner.PickedAsync(30);

    /// <summary>Moves time until a request is tried at a node; returns the pause and reports the outcome.</summary>
    public async Task<TimeSpan> ProbeAsync(string id, ErrorKind? failure)
    {
        var step = TimeSpan.FromMilliseconds(50);
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromMinutes(3); waited += step)
        {
            var pick = await PickAsync();
            if (pick.Node.Id == id)
            {
                pick.Complete(new AttemptOutcome(failure is null, failure ?? default, TimeSpan.Zero));
                return waited;
            }

            Time.Advance(step);
        }

        throw new TimeoutException($"nothing was tried at {id} for 3 minutes");
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
