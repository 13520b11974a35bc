using System.Text.Json;
using System.Threading.Channels;
using Micro.Registry;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace CustomRegistrySample;

/// <summary>A registry in a directory, one file per node: for processes that share a disk.</summary>
public sealed class FileRegistry(string folder, TimeProvider time, ILoggerFactory? loggers = null) : RegistryBase("file", time, loggers)
{
    public override string Location => folder;

    protected override Task<string?> WriteAsync(ServiceRecord record, RegisterOptions options, CancellationToken cancellationToken)
    {
        // Written to another file and moved, so that a reader finds the old or the new record, never a partial one.
        Directory.CreateDirectory(folder);
        var half = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        var expires = options.Ttl > TimeSpan.Zero ? Time.GetUtcNow() + options.Ttl : DateTimeOffset.MaxValue;
        File.WriteAllText(half, JsonSerializer.Serialize(new Entry(expires, record)));
        File.Move(half, PathOf(record), overwrite: true);
        return Task.FromResult<string?>(null);
    }

    protected override Task RemoveAsync(ServiceRecord record, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(PathOf(record));
        }

        return Task.CompletedTask;
    }

    protected override Task<IReadOnlyCollection<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<ServiceRecord>>([.. Read(service).Select(entry => entry.Service)]);

    protected override Task<IReadOnlyCollection<ServiceRecord>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<ServiceRecord>>([.. Read(null).Select(entry => entry.Service)]);

    protected override async Task FollowAsync(string? service, RegistryView view, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watcher = new FileSystemWatcher(folder, PatternOf(service));
        watcher.Created += (_, _) => changes.Writer.TryWrite(true);
        watcher.Changed += (_, _) => changes.Writer.TryWrite(true);
        watcher.Renamed += (_, _) => changes.Writer.TryWrite(true);
        watcher.Deleted += (_, _) => changes.Writer.TryWrite(true);
        watcher.Error += (_, error) => changes.Writer.TryComplete(error.GetException());
        watcher.EnableRaisingEvents = true;
        while (true)
        {
            var entries = Read(service);
            view.Replace(entries.Select(entry => entry.Service));

            // Until a file changes, or the next one expires.
            var next = entries.Select(entry => entry.Expires).DefaultIfEmpty(DateTimeOffset.MaxValue).Min() - Time.GetUtcNow();
            var due = next < TimeSpan.Zero ? TimeSpan.Zero : next < TimeSpan.FromDays(1) ? next : Timeout.InfiniteTimeSpan;
            using var timer = Time.CreateTimer(_ => changes.Writer.TryWrite(true), null, due, Timeout.InfiniteTimeSpan);
            await changes.Reader.ReadAsync(cancellationToken);
        }
    }

    protected override Exception Translate(Exception error) =>
        error is IOException or UnauthorizedAccessException ? new RegistryUnavailableException(Name, error.Message, error) : error;

    private List<Entry> Read(string? service)
    {
        var found = new List<Entry>();
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, PatternOf(service)) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize<Entry>(File.ReadAllText(path)) is { Service: not null } entry && entry.Expires > Time.GetUtcNow())
                {
                    found.Add(entry);
                }
            }
            catch (Exception exception) when (exception is FileNotFoundException or JsonException)
            {
                // Withdrawn meanwhile, or a file of another program.
            }
        }

        return found;
    }

    private string PathOf(ServiceRecord record) => Path.Combine(folder, $"{Uri.EscapeDataString(record.Name)}@{Uri.EscapeDataString(record.Nodes[0].Id)}.json");

    private static string PatternOf(string? service) => service is null ? "*.json" : $"{Uri.EscapeDataString(service)}@*.json";

    private sealed record Entry(DateTimeOffset Expires, ServiceRecord Service);
}
