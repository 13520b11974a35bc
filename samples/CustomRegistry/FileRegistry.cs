using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Micro.Registry;

namespace CustomRegistrySample;

/// <summary>A registry in a directory, one file per node: for processes that share a disk.</summary>
public sealed class FileRegistry(string folder, TimeProvider time) : IRegistry
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _registered = new();
    private readonly CancellationTokenSource _disposed = new();

    public string Name => "file";

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) => TryAsync(() =>
    {
        ServiceRecordRules.ThrowIfInvalid(service);
        Directory.CreateDirectory(folder);
        foreach (var node in service.Nodes)
        {
            // Written beside and moved over, so that a reader finds the old or the new, never a half.
            var (path, half) = (PathOf(service.Name, node.Id), Path.Combine(folder, Guid.NewGuid().ToString("N")));
            var expires = options.Ttl > TimeSpan.Zero ? time.GetUtcNow() + options.Ttl : DateTimeOffset.MaxValue;
            File.WriteAllText(half, JsonSerializer.Serialize(new Entry(expires, service with { Nodes = [node] })));
            File.Move(half, path, overwrite: true);
        }

        var lost = _registered.GetOrAdd(PathOf(service.Name, service.Nodes[0].Id), _ => new CancellationTokenSource(Timeout.InfiniteTimeSpan, time));
        lost.CancelAfter(options.Ttl > TimeSpan.Zero ? options.Ttl : Timeout.InfiniteTimeSpan);
        return new Registration(service, lost.Token);
    });

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) => TryAsync(() =>
    {
        foreach (var path in service.Nodes.Select(node => PathOf(service.Name, node.Id)).Where(path => Directory.Exists(folder)))
        {
            File.Delete(path);
            if (_registered.TryRemove(path, out var lost))
            {
                lost.CancelAfter(Timeout.InfiniteTimeSpan); // withdrawn is not lost
            }
        }

        return true;
    });

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) => TryAsync(() =>
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        var versions = Merge(Read(name).Values);
        return versions.Count > 0 ? versions : throw new ServiceNotFoundException(Name, name);
    });

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) => TryAsync(() => Merge(Read("").Values));

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var known = new SortedDictionary<string, ServiceRecord>();
        for (var isFirst = true; !_disposed.IsCancellationRequested || isFirst; isFirst = false)
        {
            var now = await TryAsync(() => Read(service ?? ""));
            foreach (var (path, old) in known.Where(old => now.GetValueOrDefault(old.Key)?.Version != old.Value.Version))
            {
                yield return RegistryEvent.Delete(old);
            }

            foreach (var (path, record) in now.Where(found => !found.Value.Equals(known.GetValueOrDefault(found.Key))))
            {
                yield return known.GetValueOrDefault(path)?.Version == record.Version ? RegistryEvent.Update(record) : RegistryEvent.Create(record);
            }

            if (isFirst)
            {
                yield return RegistryEvent.Synchronized;
            }

            known = now;
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync() => await _disposed.CancelAsync();

    private SortedDictionary<string, ServiceRecord> Read(string service)
    {
        var found = new SortedDictionary<string, ServiceRecord>(StringComparer.Ordinal);
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, service.Length == 0 ? "*.json" : PathPattern(service)) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize<Entry>(File.ReadAllText(path)) is { } entry && entry.Expires > time.GetUtcNow())
                {
                    found[path] = entry.Service;
                }
            }
            catch (Exception exception) when (exception is FileNotFoundException or JsonException)
            {
                // Withdrawn meanwhile, or none of ours.
            }
        }

        return found;
    }

    private static IReadOnlyList<ServiceRecord> Merge(IEnumerable<ServiceRecord> records) =>
        [.. records.GroupBy(record => (record.Name, record.Version)).OrderBy(group => group.Key.Name, StringComparer.Ordinal).ThenBy(group => group.Key.Version, StringComparer.Ordinal)
            .Select(group => group.First() with { Nodes = [.. group.SelectMany(record => record.Nodes).OrderBy(node => node.Id, StringComparer.Ordinal)] })];

    private string PathOf(string service, string node) => Path.Combine(folder, $"{Uri.EscapeDataString(service)}@{Uri.EscapeDataString(node)}.json");

    private static string PathPattern(string service) => $"{Uri.EscapeDataString(service)}@*.json";

    /// <summary>What goes wrong with the disk is said as every registry says it.</summary>
    private Task<T> TryAsync<T>(Func<T> action)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            return Task.FromResult(action());
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception is IOException or UnauthorizedAccessException ? new RegistryUnavailableException(Name, exception.Message, exception) : exception);
        }
    }

    private sealed record Entry(DateTimeOffset Expires, ServiceRecord Service);
}
