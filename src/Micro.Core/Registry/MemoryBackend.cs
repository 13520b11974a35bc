using System.Diagnostics.CodeAnalysis;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry;

/// <summary>
/// Service records in the memory of this process, with lifetimes and watches. Not a <see cref="RegistryBase"/>: every operation
/// completes at once under one lock, so there is nothing to retry, to share or to put in turn.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The timer is disposed in DisposeAsync; the source has no timer and outlives the registry.")]
internal sealed partial class MemoryBackend : IRegistry
{
    public const string RegistryName = "memory";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, MemoryNode>> _services = new(StringComparer.Ordinal);
    private readonly WatchHub _hub = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly MemoryRegistryOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private long _order;
    private bool _isSweeping;

    public MemoryBackend(MemoryRegistryOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _logger = logger;
        _time = time;

        // The timer must not keep the ambient values of the caller alive.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _sweep = time.CreateTimer(static state => ((MemoryBackend)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        foreach (var service in options.Services ?? [])
        {
            Store(service, TimeSpan.Zero);
        }

        _hub.Settle();
    }

    public string Name => RegistryName;

    public string Location => "memory of this process";

    /// <summary>Gets the number of running watches.</summary>
    internal int WatchCount => _hub.Readers;

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalid(service);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ThrowIfDisposed();
            return Task.FromResult(Store(service, options.Ttl));
        }
    }

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_services.TryGetValue(service.Name, out var nodes))
            {
                Remove(service, nodes);
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfDisposed();
        return _hub.Find(name).Records is { Count: > 0 } records
            ? Task.FromResult(records)
            : Task.FromException<IReadOnlyList<ServiceRecord>>(new ServiceNotFoundException(Name, name));
    }

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfDisposed();
        return Task.FromResult<IReadOnlyList<ServiceRecord>>([.. _hub.All().SelectMany(static state => state.Records)]);
    }

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return _hub.ReadAsync(service, _disposed.Token, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        List<LossSignals> lost;
        lock (_gate)
        {
            lost = [.. _services.Values.SelectMany(static nodes => nodes.Values).Select(static node => node.Signals)];
            _services.Clear();
            _ = _disposed.CancelAsync();
        }

        await _sweep.DisposeAsync().ConfigureAwait(false);
        lost.ForEach(signals => signals.Fire(_logger));
    }

    private Registration Store(ServiceRecord service, TimeSpan ttl)
    {
        if (!_services.TryGetValue(service.Name, out var nodes))
        {
            _services.Add(service.Name, nodes = new Dictionary<string, MemoryNode>(StringComparer.Ordinal));
        }

        var isChanged = false;
        foreach (var node in service.Nodes)
        {
            isChanged |= StoreNode(nodes, service with { Nodes = [node] }, ttl);
        }

        if (isChanged)
        {
            Publish(service.Name, nodes);
        }

        if (ttl > TimeSpan.Zero)
        {
            ArmSweep();
        }

        // A renewal gets the signal it has, so heartbeats add nothing.
        string[] ids = [.. service.Nodes.Select(static node => node.Id)];
        var signal = nodes[ids[0]].Signals.Find(ids) ?? new LossSignal(ids);
        Array.ForEach(ids, id => nodes[id].Signals.Add(signal));
        return new Registration(service, signal.Token);
    }

    private void Remove(ServiceRecord service, Dictionary<string, MemoryNode> nodes)
    {
        var before = nodes.Count;
        foreach (var node in service.Nodes)
        {
            nodes.Remove(node.Id);
        }

        if (nodes.Count < before)
        {
            Publish(service.Name, nodes);
        }
    }

    private bool StoreNode(Dictionary<string, MemoryNode> nodes, ServiceRecord record, TimeSpan ttl)
    {
        var id = record.Nodes[0].Id;
        var isKnown = nodes.TryGetValue(id, out var node);
        if (!isKnown)
        {
            nodes.Add(id, node = new MemoryNode { Record = record });
        }

        var isChanged = !isKnown || !node!.Record.Equals(record);
        if (isChanged)
        {
            node!.Record = record;
            node.Order = ++_order;
        }

        node!.Ttl = ttl;
        node.LastSeen = _time.GetTimestamp();
        return isChanged;
    }

    private void Publish(string service, Dictionary<string, MemoryNode> nodes)
    {
        if (nodes.Count == 0)
        {
            _services.Remove(service);
        }

        _hub.Publish(service, RecordSet.Create(nodes.Values.OrderBy(static node => node.Order).Select(static node => node.Record)));
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
}
