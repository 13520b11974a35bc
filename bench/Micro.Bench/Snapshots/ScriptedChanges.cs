using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Micro.Registry;

namespace Micro.Bench.Snapshots;

/// <summary>
/// A registry with one large service, one node of which changes at a time. The watcher requests the next event when it
/// has applied the last one, so the time between the two is the cost of a change.
/// </summary>
internal sealed class ScriptedChanges(int nodes, int changes, TimeSpan pause) : IRegistry
{
    public const string Service = "large";
    private readonly ServiceRecord _record = new()
    {
        Name = Service,
        Version = "1",
        Nodes = [.. Enumerable.Range(0, nodes).Select(static index => NodeOf(index, "0"))],
    };

    private readonly TaskCompletionSource _begin = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IReadOnlyList<double>> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "scripted";

    /// <summary>The time of each change in microseconds.</summary>
    public Task<IReadOnlyList<double>> Taken => _taken.Task;

    public void Begin() => _begin.TrySetResult();

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<ServiceRecord>>([_record]);

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return RegistryEvent.Create(_record);
        yield return RegistryEvent.Synchronized;
        await _begin.Task.WaitAsync(cancellationToken);
        var taken = new List<double>(changes);
        for (var number = 0; number < changes; number++)
        {
            await Task.Delay(pause, cancellationToken);
            var index = (int)(number * 7919L % nodes);
            var change = RegistryEvent.Update(_record with { Nodes = [NodeOf(index, (number + 1).ToString(CultureInfo.InvariantCulture))] });
            var toldAt = Stopwatch.GetTimestamp();
            yield return change;
            taken.Add(Stopwatch.GetElapsedTime(toldAt).TotalMicroseconds);
        }

        _taken.TrySetResult(taken);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("this registry supports only scripted events");

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("this registry supports only scripted events");

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("this registry supports only scripted events");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Node NodeOf(int index, string revision) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{Service}-{index:D6}"),
        Address = string.Create(CultureInfo.InvariantCulture, $"10.{index >> 16}.{(index >> 8) & 255}.{index & 255}:8080"),
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["protocol"] = "mucp", ["revision"] = revision },
    };
}
