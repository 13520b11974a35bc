using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry;

/// <summary>Service records in the memory of this process, with lifetimes and watches.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The timer is disposed in DisposeAsync.")]
internal sealed partial class MemoryRegistry : IRegistry
{
    public const string RegistryName = "memory";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MemoryService> _services = new(StringComparer.Ordinal);
    private readonly List<WatchBuffer> _watches = [];
    private readonly MemoryRegistryOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private long _order;
    private bool _sweeping;
    private bool _disposed;

    public MemoryRegistry(MemoryRegistryOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _logger = logger;
        _time = time;

        // The timer must not hold on to the ambient values of whoever makes the registry.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _sweep = time.CreateTimer(static state => ((MemoryRegistry)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        foreach (var service in options.Services ?? [])
        {
            Store(service, TimeSpan.Zero);
        }
    }

    public string Name => RegistryName;

    public string Location => "memory of this process";

    /// <summary>How many watches run.</summary>
    internal int WatchCount
    {
        get
        {
            lock (_gate)
            {
                return _watches.Count;
            }
        }
    }

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalid(service);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Task.FromResult(Store(service, options.Ttl));
        }
    }

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_services.TryGetValue(service.Name, out var stored))
            {
                Remove(stored, service);
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _services.TryGetValue(name, out var stored)
                ? Task.FromResult(stored.Records.Records)
                : Task.FromException<IReadOnlyList<ServiceRecord>>(new ServiceNotFoundException(Name, name));
        }
    }

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Task.FromResult<IReadOnlyList<ServiceRecord>>([.. _services.Values.SelectMany(stored => stored.Records.Records)]);
        }
    }

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(
        string? service = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var buffer = new WatchBuffer(service, _options.WatchCapacity);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _watches.Add(buffer);
        }

        try
        {
            await foreach (var change in buffer.ReadAllAsync(_ => ValueTask.FromResult(List(buffer)), cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            lock (_gate)
            {
                _watches.Remove(buffer);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<MemoryLease> lost;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            lost = [.. _services.Values.SelectMany(stored => stored.Nodes.Values).SelectMany(node => node.Leases).Distinct()];
            _services.Clear();
            foreach (var watch in _watches)
            {
                watch.Complete();
            }
        }

        await _sweep.DisposeAsync().ConfigureAwait(false);
        Fire(lost);
    }

    private Registration Store(ServiceRecord service, TimeSpan ttl)
    {
        if (!_services.TryGetValue(service.Name, out var stored))
        {
            _services.Add(service.Name, stored = new MemoryService());
        }

        var changed = false;
        foreach (var node in service.Nodes)
        {
            changed |= StoreNode(stored, service with { Nodes = [node] }, ttl);
        }

        if (changed)
        {
            Publish(service.Name, stored);
        }

        if (ttl > TimeSpan.Zero)
        {
            ArmSweep();
        }

        return Hold(stored, service);
    }

    private void Remove(MemoryService stored, ServiceRecord service)
    {
        var removed = false;
        foreach (var node in service.Nodes)
        {
            removed |= stored.Nodes.Remove(node.Id);
        }

        if (removed)
        {
            Publish(service.Name, stored);
        }
    }

    private bool StoreNode(MemoryService stored, ServiceRecord record, TimeSpan ttl)
    {
        var id = record.Nodes[0].Id;
        var known = stored.Nodes.TryGetValue(id, out var node);
        if (!known)
        {
            stored.Nodes.Add(id, node = new MemoryNode(record));
        }

        var changed = !known || !node!.Record.Equals(record);
        if (changed)
        {
            node!.Record = record;
            node.Order = ++_order;
        }

        node!.Ttl = ttl;
        node.LastSeen = _time.GetTimestamp();
        return changed;
    }

    /// <summary>The lease of exactly these nodes: a renewal gets the one it has, so heartbeats add nothing.</summary>
    private static Registration Hold(MemoryService stored, ServiceRecord service)
    {
        var first = stored.Nodes[service.Nodes[0].Id];
        if (first.Leases.Find(lease => lease.Covers(service)) is { } held)
        {
            return held.For(service);
        }

        var lease = new MemoryLease(service);
        foreach (var node in service.Nodes)
        {
            stored.Nodes[node.Id].Leases.Add(lease);
        }

        return lease.For(service);
    }

    private RecordSet List(WatchBuffer buffer)
    {
        lock (_gate)
        {
            // Nothing is published while the lock is held, so what waits in the buffer is in this list already.
            buffer.DiscardPending();
            return RecordSet.Create(_services.Where(entry => buffer.Wants(entry.Key)).SelectMany(entry => entry.Value.Records.Records));
        }
    }

    private void Publish(string name, MemoryService stored)
    {
        var changes = stored.Rebuild();
        if (stored.Nodes.Count == 0)
        {
            _services.Remove(name);
        }

        foreach (var watch in _watches)
        {
            if (!watch.Wants(name))
            {
                continue;
            }

            foreach (var change in changes)
            {
                if (!watch.Write(change))
                {
                    LogWatchOverflow(_logger, name, _options.WatchCapacity);
                }
            }
        }
    }
}
