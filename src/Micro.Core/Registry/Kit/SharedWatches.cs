using System.Runtime.CompilerServices;

namespace Micro.Registry.Kit;

/// <summary>
/// The running watches of a registry: one for each service however many read it, and one for all services. Each ends with its last
/// reader. Safe for concurrent use.
/// </summary>
/// <param name="create">Creates the watch of a service; of all with <see langword="null"/>.</param>
internal sealed class SharedWatches(Func<string?, SharedWatch> create) : IAsyncDisposable
{
    private const string All = "";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedWatch> _watches = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>Gets the running watches.</summary>
    public IReadOnlyList<SharedWatch> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _watches.Values];
            }
        }
    }

    /// <summary>Gets the watch of a service, of all with <see langword="null"/>, for one more reader.</summary>
    public SharedWatch Acquire(string? service)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(service ?? All, out var watch))
            {
                watch = create(service);
                _watches.Add(service ?? All, watch);
                watch.Start();
            }

            watch.Uses++;
            return watch;
        }
    }

    public async Task ReleaseAsync(SharedWatch watch)
    {
        lock (_gate)
        {
            if (--watch.Uses > 0)
            {
                return;
            }

            _watches.Remove(watch.Service ?? All);
        }

        await watch.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Reads a watch as <see cref="IRegistry.WatchAsync"/> promises; ends without an error when the registry is disposed.</summary>
    public async IAsyncEnumerable<RegistryEvent> ReadAsync(string? service, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = Acquire(service);
        try
        {
            await foreach (var change in watch.Hub.ReadAsync(service, _disposed.Token, cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            await ReleaseAsync(watch).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the readers and stops what still runs; readers release their watches when they notice.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);

        // The one over all services may lean on the others, so it goes first.
        foreach (var watch in Running.OrderBy(static watch => watch.Service is null ? 0 : 1))
        {
            await watch.StopAsync().ConfigureAwait(false);
        }
    }
}
