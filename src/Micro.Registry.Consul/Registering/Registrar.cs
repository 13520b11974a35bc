using System.Collections.Concurrent;
using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Settings;
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
    private readonly StripedLocks _locks = new();
    private readonly StrayNodes _strays = new(api, time, logger);
    private readonly RegistrationBodies _bodies = new(settings.Options, logger);
    private Uri _home = settings.Agents[0];

    public async Task<Registration> RegisterAsync(ServiceRecord service, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var isTtl = CheckDefinitions.IsTtl(settings.Options, ttl);
        var registrations = new List<NodeRegistration>(service.Nodes.Count);
        foreach (var node in service.Nodes)
        {
            var record = service with { Nodes = [node] };
            var id = NodeIds.Format(settings.Options.NodeIdFormat, service.Name, node);
            registrations.Add(await _locks.RunAsync(id, () => AssertAsync(id, record, ttl, isTtl, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        // An unchanged renewal keeps its handle, so that a loss fires the token of whoever registered first, too.
        var handle = registrations[0].Handle is { } held && held.Holds(service, ttl) && registrations.TrueForAll(entry => ReferenceEquals(entry.Handle, held))
            ? held
            : new RegistrationHandle(service, ttl);
        registrations.ForEach(entry => entry.Handle = handle);
        return handle.Registration;
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken)
    {
        RegistryException? failure = null;
        foreach (var node in service.Nodes)
        {
            var id = NodeIds.Format(settings.Options.NodeIdFormat, service.Name, node);
            try
            {
                await _locks.RunAsync(id, () => WithdrawAsync(id, cancellationToken), cancellationToken).ConfigureAwait(false);
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

    private async Task<NodeRegistration> AssertAsync(string id, ServiceRecord record, TimeSpan ttl, bool isTtl, CancellationToken cancellationToken)
    {
        _known.TryGetValue(id, out var known);
        var start = known?.Agent ?? Volatile.Read(ref _home);
        for (var turn = 0; ; turn++)
        {
            var agent = settings.AgentAfter(start, turn);
            try
            {
                var isCurrent = known is not null && known.Agent == agent && known.Holds(record, ttl)
                    && await RenewAsync(known, id, isTtl, cancellationToken).ConfigureAwait(false);
                var current = isCurrent ? known! : await WriteAsync(id, record, ttl, isTtl, agent, known, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _home, agent);
                _strays.Forget(agent, id);
                await _strays.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
                return current;
            }
            catch (RegistryUnavailableException exception) when (ConsulHttp.IsUnreached(exception) && turn < settings.Agents.Count - 1)
            {
                // This agent is gone; the node moves to the next one.
            }
        }
    }

    /// <summary>Confirms a node that is stored already; false when the agent does not know it any more.</summary>
    private async Task<bool> RenewAsync(NodeRegistration known, string id, bool isTtl, CancellationToken cancellationToken)
    {
        if (!isTtl && known.Age < PresenceInterval)
        {
            return true;
        }

        var isThere = isTtl
            ? await api.PassAsync(known.Agent, id, cancellationToken).ConfigureAwait(false)
            : await IsPresentAsync(known, id, cancellationToken).ConfigureAwait(false);
        if (isThere)
        {
            known.Confirm();
            return true;
        }

        ConsulRegistry.Log.Lost(logger, id);
        Forget(id, known);
        known.Handle?.Lose();
        return false;
    }

    private async Task<bool> IsPresentAsync(NodeRegistration known, string id, CancellationToken cancellationToken)
    {
        _ = NodeAddress.TryParse(known.Record.Nodes[0].Address, out var host, out var port);
        return await api.FindAsync(known.Agent, id, cancellationToken).ConfigureAwait(false) is { } found
            && found.Port == port && string.Equals(found.Address, host, StringComparison.Ordinal);
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

    private async Task<bool> WithdrawAsync(string id, CancellationToken cancellationToken)
    {
        var agent = Volatile.Read(ref _home);
        if (_known.TryGetValue(id, out var known))
        {
            agent = known.Agent;
            Forget(id, known);
        }

        await api.DeregisterAsync(agent, id, cancellationToken).ConfigureAwait(false);
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
