using System.Collections.Concurrent;
using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Settings;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Registering;

/// <summary>
/// Registers, renews and withdraws nodes. A registration belongs to one agent and stays there as long as it answers.
/// Nothing runs in the background: the owner calls again for every heartbeat.
/// </summary>
internal sealed class Registrar(ConsulSettings settings, ConsulApi api, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan PresenceInterval = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, NodeRegistration> _known = new(StringComparer.Ordinal);
    private readonly ContestedIds _contested = new(logger);
    private readonly KeyedLock _locks = new();
    private readonly StrayNodes _strays = new(api, time, logger);
    private readonly RegistrationBodies _bodies = new(settings.Options, logger);
    private Uri _home = settings.Agents[0];

    public async Task<Registration> RegisterAsync(ServiceRecord service, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var isTtl = CheckDefinitions.IsTtl(settings.Options, ttl);
        var registrations = new List<NodeRegistration>(service.Nodes.Count);
        string? conflict = null;
        foreach (var node in service.Nodes)
        {
            var record = service with { Nodes = [node] };
            var id = NodeIds.Format(settings.Options.NodeIdFormat, service.Name, node);
            var (registration, other) = await _locks.RunAsync(id, () => AssertAsync(id, record, ttl, isTtl, cancellationToken), cancellationToken).ConfigureAwait(false);
            registrations.Add(registration);
            conflict ??= other;
        }

        // An unchanged renewal keeps its handle, so that a loss fires the token of whoever registered first, too.
        var handle = registrations[0].Handle is { } held && held.Holds(service, ttl) && registrations.TrueForAll(entry => ReferenceEquals(entry.Handle, held))
            ? held
            : new RegistrationHandle(service, ttl);
        registrations.ForEach(entry => entry.Handle = handle);
        return handle.Confirm(conflict);
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken)
    {
        RegistryException? failure = null;
        foreach (var node in service.Nodes)
        {
            var id = NodeIds.Format(settings.Options.NodeIdFormat, service.Name, node);
            try
            {
                await _locks.RunAsync(id, () => WithdrawAsync(id, node, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (RegistryException exception)
            {
                // The other nodes are tried all the same.
                failure ??= exception;
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    public void Dispose()
    {
        foreach (var registration in _known.Values)
        {
            registration.Dispose();
        }

        _locks.Dispose();
    }

    private async Task<(NodeRegistration Registration, string? Conflict)> AssertAsync(
        string id, ServiceRecord record, TimeSpan ttl, bool isTtl, CancellationToken cancellationToken)
    {
        _known.TryGetValue(id, out var known);
        var start = known?.Agent ?? Volatile.Read(ref _home);
        for (var turn = 0; ; turn++)
        {
            var agent = settings.AgentAfter(start, turn);
            try
            {
                var isHeld = known is not null && known.Agent == agent && known.Holds(record, ttl);
                if (isHeld && !isTtl && known!.Age < PresenceInterval)
                {
                    return (known, null);
                }

                var stored = await api.FindAsync(agent, id, cancellationToken).ConfigureAwait(false);
                var conflict = ResolveConflict(id, record, known, stored);
                var isCurrent = isHeld && conflict is null && await RenewAsync(known!, id, stored, isTtl, cancellationToken).ConfigureAwait(false);
                var current = isCurrent ? known! : await WriteAsync(id, record, ttl, isTtl, agent, known, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _home, agent);
                _strays.Forget(agent, id);
                await _strays.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
                return (current, conflict);
            }
            catch (RegistryUnavailableException exception) when (ConsulHttp.IsUnreached(exception) && turn < settings.Agents.Count - 1)
            {
                // This agent is gone; the node moves to the next one.
            }
        }
    }

    /// <summary>
    /// Finds out whether another process has the place. The check of an id is passed only after this: it belongs to
    /// whoever wrote the record, so a heartbeat that does not look would keep another node's address alive.
    /// </summary>
    /// <returns>The address of the other process, whose record may be overwritten; <see langword="null"/> without a conflict.</returns>
    /// <exception cref="RegistryDeniedException">The other process keeps the place.</exception>
    private string? ResolveConflict(string id, ServiceRecord record, NodeRegistration? known, AgentInstance? stored)
    {
        if (OtherAddress(record.Nodes[0], known, stored) is not { } other)
        {
            return null;
        }

        if (!_contested.TryOverwrite(id, other, record.Nodes[0].Address))
        {
            if (known is not null)
            {
                Forget(id, known);
            }

            throw new RegistryDeniedException("consul", $"node id {id} is also registered from {other}: ids must be unique") { ConflictingAddress = other };
        }

        return other;
    }

    /// <summary>Returns the address of an instance that is alive and not ours, now or before a change of address.</summary>
    private static string? OtherAddress(Node node, NodeRegistration? known, AgentInstance? stored) =>
        stored is { IsAlive: true, Service: { } service } && service.ToString() is var address
        && address != Normalize(node.Address) && address != Normalize(known?.Record.Nodes[0].Address)
            ? address
            : null;

    private static string? Normalize(string? address) =>
        NodeAddress.TryParse(address, out var host, out var port) ? NodeAddress.Format(host, port) : address;

    /// <summary>Confirms a node that is stored already.</summary>
    /// <returns><see langword="false"/> if the agent no longer knows it.</returns>
    private async Task<bool> RenewAsync(NodeRegistration known, string id, AgentInstance? stored, bool isTtl, CancellationToken cancellationToken)
    {
        var isStored = stored?.Service?.ToString() is { } address && address == Normalize(known.Record.Nodes[0].Address);
        if (isStored && (!isTtl || await api.PassAsync(known.Agent, id, cancellationToken).ConfigureAwait(false)))
        {
            known.Confirm();
            return true;
        }

        ConsulRegistry.Log.Lost(logger, id);
        Forget(id, known);
        known.Handle?.Lose();
        return false;
    }

    private async Task<NodeRegistration> WriteAsync(
        string id, ServiceRecord record, TimeSpan ttl, bool isTtl, Uri agent, NodeRegistration? known, CancellationToken cancellationToken)
    {
        await api.RegisterAsync(agent, _bodies.Create(id, record, ttl), cancellationToken).ConfigureAwait(false);
        if (isTtl && !await api.PassAsync(agent, id, cancellationToken).ConfigureAwait(false))
        {
            throw new RegistryUnavailableException("consul", $"Consul at {agent.Authority} took the registration of {id} but does not know its check");
        }

        // Remembered only now that all of it succeeded.
        if (known is not null)
        {
            Forget(id, known);
            if (known.Agent != agent)
            {
                _strays.Add(known.Agent, id);
                ConsulRegistry.Log.Moved(logger, id, known.Agent.Authority, agent.Authority);
            }
        }

        var current = new NodeRegistration(record, ttl, agent, isTtl ? registration => OnExpired(id, registration) : null, time);
        current.Confirm();
        _known[id] = current;
        ConsulRegistry.Log.Registered(logger, agent.Authority, id);
        return current;
    }

    private async Task<bool> WithdrawAsync(string id, Node node, CancellationToken cancellationToken)
    {
        var agent = Volatile.Read(ref _home);
        var isOurs = _contested.Forget(id);
        if (_known.TryGetValue(id, out var known))
        {
            agent = known.Agent;
            isOurs = true;
            Forget(id, known);
        }

        var other = isOurs ? OtherAddress(node, known, await api.FindAsync(agent, id, cancellationToken).ConfigureAwait(false)) : null;
        if (other is null)
        {
            await api.DeregisterAsync(agent, id, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            ConsulRegistry.Log.Left(logger, id, other);
        }

        await _strays.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void OnExpired(string id, NodeRegistration registration)
    {
        if (_known.TryGetValue(id, out var known) && ReferenceEquals(known, registration))
        {
            ConsulRegistry.Log.Expired(logger, id);
            registration.Handle?.Lose();
        }
    }

    private void Forget(string id, NodeRegistration registration)
    {
        _known.TryRemove(KeyValuePair.Create(id, registration));
        registration.Dispose();
    }
}
