using System.Net;
using System.Net.Sockets;
using Micro.Registry.Kit;
using Micro.Registry.Mdns.Records;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns;

/// <summary>The registry of a link without any server: every process answers for its own nodes.</summary>
internal sealed partial class MdnsBackend(
    MdnsRegistryOptions options, MdnsHostPool pool, Func<MdnsHost> createHost, TimeProvider time, Random random, ILogger logger)
    : RegistryBase("mdns", time, random, logger), IOpenRegistry
{
    private readonly Lock _gate = new();
    private readonly MdnsHostKey _key = MdnsHostKey.Of(options, time);
    private MdnsHost? _host;
    private bool _isDisposed;

    public override string Location => "multicast on the local network, which reaches no other network and no other container network";

    public bool IsOpen => true;

    /// <summary>The responder answers for a node until it is withdrawn.</summary>
    protected override TimeSpan LifetimeOf(RegisterOptions options) => TimeSpan.Zero;

    protected override async Task<string?> WriteAsync(ServiceRecord record, RegisterOptions options, CancellationToken cancellationToken)
    {
        var host = Open();
        var (published, records) = await PrepareAsync(host, record, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            host.Responder.Publish(this, published, records);
        }

        return host.Responder.TakeConflict(this, records.Instance);
    }

    protected override Task RemoveAsync(ServiceRecord record, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _host?.Responder.Withdraw(this, _host.Names.Instance(record.Name, record.Nodes[0].Id));
        }

        return Task.CompletedTask;
    }

    protected override async Task<IReadOnlyCollection<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken) =>
        await Open().Browser.FindAsync(service, cancellationToken).ConfigureAwait(false);

    protected override async Task<IReadOnlyCollection<ServiceRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await Open().Browser.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. names.Select(name => new ServiceRecord { Name = name })];
    }

    protected internal override async Task FollowAsync(string? service, RegistryView view, CancellationToken cancellationToken)
    {
        var browser = Open().Browser;
        var watch = browser.Subscribe(service, view.Hub);
        try
        {
            await browser.SynchronizeAsync(watch, cancellationToken).ConfigureAwait(false);
            view.Hub.Settle();
            view.Confirm();
            await Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            browser.Unsubscribe(watch);
        }
    }

    /// <summary>Withdraws the nodes, and releases the sockets that other registry objects of the process share.</summary>
    protected override async ValueTask DisposeBackendAsync()
    {
        MdnsHost? host;
        lock (_gate)
        {
            host = _host;
            _isDisposed = true;
            host?.Responder.WithdrawAll(this);
        }

        if (host is not null)
        {
            await pool.ReleaseAsync(_key).ConfigureAwait(false);
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
        MdnsHost host, ServiceRecord service, CancellationToken cancellationToken)
    {
        var node = service.Nodes[0];
        _ = NodeAddress.TryParse(node.Address, out var hostName, out var port);
        var address = await ResolveAsync(service, hostName, cancellationToken).ConfigureAwait(false);
        var record = service with { Nodes = [node with { Address = NodeAddress.Format(address, port) }] };
        var records = PacketBudget.Fit(host.Names, HostName(), service, node, address, port, out var bytes, out var isReduced);
        if (host.Responder.Find(this, records.Instance) != record)
        {
            Log.Published(Logger, records.Instance, bytes);
            if (isReduced)
            {
                Log.RecordReduced(Logger, records.Instance, bytes);
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
            var addresses = await System.Net.Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
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
