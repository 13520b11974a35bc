using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Micro.Registry.Mdns.Records;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns;

/// <summary>The registry of a link without any server: every process answers for its own nodes.</summary>
internal sealed partial class MdnsRegistry(
    MdnsRegistryOptions options, MdnsHostPool pool, Func<MdnsHost> createHost, TimeProvider time, ILogger logger) : IRegistry, IOpenRegistry
{
    private readonly Lock _gate = new();
    private readonly MdnsHostKey _key = MdnsHostKey.Of(options, time);
    private readonly CancellationTokenSource _disposed = new();
    private MdnsHost? _host;
    private bool _isDisposed;

    public string Name => "mdns";

    public string Location => "multicast on the local network, which reaches no other network and no other container network";

    public bool IsOpen => true;

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceRecordRules.ThrowIfInvalid(service);
        var host = Open();

        // All nodes are checked before the first one is published.
        var prepared = new List<(ServiceRecord Record, NodeRecords Records)>(service.Nodes.Count);
        foreach (var node in service.Nodes)
        {
            prepared.Add(await PrepareAsync(host, service, node, cancellationToken));
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            foreach (var (record, records) in prepared)
            {
                host.Responder.Publish(this, record, records);
            }
        }

        string? conflict = null;
        foreach (var node in service.Nodes)
        {
            conflict = host.Responder.TakeConflict(this, host.Names.Instance(service.Name, node.Id)) ?? conflict;
        }

        return new Registration(service, _disposed.Token) { ConflictingAddress = conflict };
    }

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            foreach (var node in service.Nodes)
            {
                _host?.Responder.Withdraw(this, _host.Names.Instance(service.Name, node.Id));
            }
        }

        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        var found = await Open().Browser.FindAsync(name, cancellationToken);
        return found.Count > 0 ? found : throw new ServiceNotFoundException(Name, name);
    }

    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        var names = await Open().Browser.ListAsync(cancellationToken);
        return [.. names.Select(name => new ServiceRecord { Name = name })];
    }

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(
        string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var browser = Open().Browser;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var watch = browser.Subscribe(service);
        try
        {
            if (!await ContinuesAsync(browser.SynchronizeAsync(watch, stop.Token), cancellationToken))
            {
                yield break;
            }

            var events = watch.ReadAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
            await using (events)
            {
                while (await MovesAsync(events, cancellationToken))
                {
                    yield return events.Current;
                }
            }
        }
        finally
        {
            browser.Unsubscribe(watch);
        }
    }

    public async ValueTask DisposeAsync()
    {
        MdnsHost? host;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            host = _host;
            _isDisposed = true;
            host?.Responder.WithdrawAll(this);
        }

        // The source itself is not disposed: tokens of registrations outlive the registry.
        await _disposed.CancelAsync();
        if (host is not null)
        {
            await pool.ReleaseAsync(_key);
        }
    }

    /// <summary>Awaits; false when the registry was disposed meanwhile, which ends a watch without an error.</summary>
    private async Task<bool> ContinuesAsync(Task work, CancellationToken cancellationToken)
    {
        try
        {
            await work;
            return true;
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> MovesAsync(IAsyncEnumerator<RegistryEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException("the watch was cancelled", exception, cancellationToken);
        }
    }

    private MdnsHost Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _host ??= pool.Acquire(_key, createHost);
        }
    }

    private async Task<(ServiceRecord Record, NodeRecords Records)> PrepareAsync(
        MdnsHost host, ServiceRecord service, Node node, CancellationToken cancellationToken)
    {
        _ = NodeAddress.TryParse(node.Address, out var hostName, out var port);
        var address = await ResolveAsync(service, hostName, cancellationToken);
        var record = service with { Nodes = [node with { Address = NodeAddress.Format(address, port) }] };
        var records = PacketBudget.Fit(host.Names, HostName(), service, node, address, port, out var bytes, out var isReduced);
        if (host.Responder.Find(this, records.Instance) != record)
        {
            Log.Published(logger, records.Instance, bytes);
            if (isReduced)
            {
                Log.RecordReduced(logger, records.Instance, bytes);
            }
        }

        return (record, records);
    }

    private static string HostName()
    {
        var name = System.Net.Dns.GetHostName().TrimEnd('.') + ".";
        return MdnsNames.IsValid(name) ? name : "localhost.";
    }

    private static async Task<IPAddress> ResolveAsync(ServiceRecord service, string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return literal.IsIPv4MappedToIPv6 ? literal.MapToIPv4() : literal;
        }

        try
        {
            var addresses = await System.Net.Dns.GetHostAddressesAsync(host, cancellationToken);
            return Array.Find(addresses, address => address.AddressFamily == AddressFamily.InterNetwork)
                ?? (addresses.Length > 0 ? addresses[0] : throw new SocketException((int)SocketError.HostNotFound));
        }
        catch (SocketException exception)
        {
            // Name servers may know the host later.
            throw new RegistryUnavailableException(
                "mdns", $"service '{service.Name}': the host '{host}' of a node cannot be resolved, and mDNS records hold addresses only", exception);
        }
    }
}
