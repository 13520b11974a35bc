using System.Collections.Concurrent;
using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Settings;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Registering;

/// <summary>
/// Registers, renews and withdraws nodes, one call at a time for each. A registration belongs to one agent and stays there as long as it answers.
/// Nothing runs in the background: the owner calls again for every heartbeat.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="api">Calls to agents.</param>
/// <param name="lose">Reports that a registered node is gone, by service and node id.</param>
/// <param name="time">Time source.</param>
/// <param name="logger">The logger.</param>
internal sealed class Registrar(ConsulSettings settings, ConsulApi api, Action<string, string> lose, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PresenceInterval = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, NodeRegistration> _known = new(StringComparer.Ordinal);
    private readonly ContestedIds _contested = new(logger);
    private readonly StrayNodes _strays = new(api, time, logger);
    private readonly RegistrationBodies _bodies = new(settings.Options, logger);
    private Uri _home = settings.Agents[0];

    /// <summary>Writes or renews a node.</summary>
    /// <returns>The address of another process that registered the same id; <see langword="null"/> without a conflict.</returns>
    public async Task<string?> AssertAsync(ServiceRecord record, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var isTtl = CheckDefinitions.IsTtl(settings.Options, ttl);
        var id = IdOf(record);
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
                    return null;
                }

                var stored = await api.FindAsync(agent, id, cancellationToken).ConfigureAwait(false);
                var conflict = ResolveConflict(id, record, known, stored);
                if (!isHeld || conflict is not null || !await RenewAsync(known!, record, id, stored, isTtl, cancellationToken).ConfigureAwait(false))
                {
                    await WriteAsync(id, record, ttl, isTtl, agent, known, cancellationToken).ConfigureAwait(false);
                }

                Volatile.Write(ref _home, agent);
                _strays.Forget(agent, id);
                await _strays.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
                return conflict;
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
            _known.TryRemove(id, out _);
            throw new RegistryDeniedException("consul", $"node id {id} is also registered from {other}: ids must be unique") { ConflictingAddress = other };
        }

        return other;
    }

    /// <summary>Returns the address of an instance that is alive and not ours, now or before a change of address.</summary>
    private static string? OtherAddress(Node node, NodeRegistration? known, AgentInstance? stored) =>
        stored is { IsAlive: true, Service: { } service } && service.ToString() is var address
        && address != Normalize(node.Address) && address != Normalize(known?.Node.Address)
            ? address
            : null;

    private static string? Normalize(string? address) =>
        NodeAddress.TryParse(address, out var host, out var port) ? NodeAddress.Format(host, port) : address;

    /// <summary>Confirms a node that is stored already.</summary>
    /// <returns><see langword="false"/> if the agent no longer knows it.</returns>
    private async Task<bool> RenewAsync(
        NodeRegistration known, ServiceRecord record, string id, AgentInstance? stored, bool isTtl, CancellationToken cancellationToken)
    {
        var isStored = stored?.Service?.ToString() is { } address && address == Normalize(known.Node.Address);
        if (isStored && (!isTtl || await api.PassAsync(known.Agent, id, cancellationToken).ConfigureAwait(false)))
        {
            known.Confirm();
            return true;
        }

        ConsulBackend.Log.Lost(logger, id);
        _known.TryRemove(id, out _);
        lose(record.Name, record.Nodes[0].Id);
        return false;
    }

    private async Task WriteAsync(
        string id, ServiceRecord record, TimeSpan ttl, bool isTtl, Uri agent, NodeRegistration? known, CancellationToken cancellationToken)
    {
        await api.RegisterAsync(agent, _bodies.Create(id, record, ttl), cancellationToken).ConfigureAwait(false);
        if (isTtl && !await api.PassAsync(agent, id, cancellationToken).ConfigureAwait(false))
        {
            throw new RegistryUnavailableException("consul", $"Consul at {agent.Authority} took the registration of {id} but does not know its check");
        }

        // Remembered only now that all of it succeeded.
        if (known is not null && known.Agent != agent)
        {
            _strays.Add(known.Agent, id);
            ConsulBackend.Log.Moved(logger, id, known.Agent.Authority, agent.Authority);
        }

        _known[id] = new NodeRegistration(record, ttl, agent, time);
        ConsulBackend.Log.Registered(logger, agent.Authority, id);
    }

    /// <summary>Removes a node, unless another process has taken its id over.</summary>
    public async Task WithdrawAsync(ServiceRecord record, CancellationToken cancellationToken)
    {
        var id = IdOf(record);
        var agent = Volatile.Read(ref _home);
        var isOurs = _contested.Forget(id);
        if (_known.TryRemove(id, out var known))
        {
            agent = known.Agent;
            isOurs = true;
        }

        var other = isOurs ? OtherAddress(record.Nodes[0], known, await api.FindAsync(agent, id, cancellationToken).ConfigureAwait(false)) : null;
        if (other is null)
        {
            await api.DeregisterAsync(agent, id, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            ConsulBackend.Log.Left(logger, id, other);
        }

        await _strays.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private string IdOf(ServiceRecord record) => NodeIds.Format(settings.Options.NodeIdFormat, record.Name, record.Nodes[0]);
}
