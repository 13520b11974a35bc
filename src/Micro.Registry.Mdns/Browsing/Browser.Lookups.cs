using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>Lookups: one question, answers collected until it is quiet.</summary>
internal sealed partial class Browser
{
    private const int MaxInterests = 1024;

    // A responder answers one question of an address and port once per second; who asks again within that time
    // gets from memory what was heard then.
    private static readonly TimeSpan AnswerWindow = TimeSpan.FromMilliseconds(1100);

    /// <summary>The nodes of a service that answer now, as one record per version; empty when none does.</summary>
    /// <exception cref="RegistryUnavailableException">The question could not be sent.</exception>
    public async Task<IReadOnlyList<ServiceRecord>> FindAsync(string service, CancellationToken cancellationToken)
    {
        if (!MdnsNames.IsValid(names.Service(service)))
        {
            return [];
        }

        var lookup = new Lookup(time);
        lock (_gate)
        {
            Begin(service, lookup);
        }

        try
        {
            await CollectAsync(lookup, names.Service(service), () => IsComplete(service, lookup), cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                return RecordGrouping.ByVersion(_cache.Of(service).Where(node => lookup.HasHeard(node.Instance)));
            }
        }
        finally
        {
            lock (_gate)
            {
                End(service, lookup);
            }
        }
    }

    /// <summary>The names of all services that answer now, sorted.</summary>
    /// <exception cref="RegistryUnavailableException">The question could not be sent.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var lookup = new Lookup(time);
        lock (_gate)
        {
            foreach (var (service, seen) in _listed)
            {
                if (time.GetElapsedTime(seen, lookup.Started) < AnswerWindow)
                {
                    lookup.Hear(service);
                }
            }

            _lookups.Add((null, lookup));
        }

        try
        {
            await CollectAsync(lookup, names.List, () => lookup.HasAnswers, cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                return [.. lookup.Heard().Where(_listed.ContainsKey).Order(StringComparer.Ordinal)];
            }
        }
        finally
        {
            lock (_gate)
            {
                _lookups.Remove((null, lookup));
            }
        }
    }

    private void Begin(string service, Lookup lookup)
    {
        var interest = Ask(service);
        interest.Lookups++;
        foreach (var node in _cache.Of(service))
        {
            if (time.GetElapsedTime(node.LastSeen, lookup.Started) < AnswerWindow)
            {
                lookup.Hear(node.Instance);
            }
        }

        _lookups.Add((service, lookup));
        StartMaintenance();
    }

    private void End(string service, Lookup lookup)
    {
        _lookups.Remove((service, lookup));
        if (_interests.TryGetValue(service, out var interest))
        {
            interest.Lookups--;
        }
    }

    private Interest Ask(string service)
    {
        if (!_interests.TryGetValue(service, out var interest))
        {
            if (_interests.Count >= MaxInterests)
            {
                ForgetOldestInterest();
            }

            _interests[service] = interest = new Interest();
        }

        interest.LastAsked = interest.LastQuery = time.GetTimestamp();
        return interest;
    }

    /// <summary>Early ending is allowed when every node that is known to live has answered.</summary>
    private bool IsComplete(string service, Lookup lookup)
    {
        lock (_gate)
        {
            var nodes = _cache.Of(service);
            return nodes.Count > 0 && nodes.All(node => lookup.HasHeard(node.Instance));
        }
    }

    private async Task CollectAsync(Lookup lookup, string question, Func<bool> isComplete, CancellationToken cancellationToken)
    {
        if (!SendQuestion(question, DnsType.Ptr))
        {
            throw new RegistryUnavailableException(
                "mdns", "mDNS cannot be used: the question could be sent on no network interface; choose another registry, for example --registry=consul");
        }

        lookup.Restart();
        var half = options.Timeout / 2;
        var isRepeated = false;
        while (true)
        {
            var elapsed = time.GetElapsedTime(lookup.Started);
            if (elapsed >= options.Timeout)
            {
                return;
            }

            var due = options.Timeout;
            if (isComplete())
            {
                due = time.GetElapsedTime(lookup.Started, lookup.LastNew) + options.QuietPeriod;
                if (elapsed >= due)
                {
                    return;
                }
            }
            else if (!lookup.HasAnswers && !isRepeated)
            {
                due = half;
                if (elapsed >= half)
                {
                    // Another type of question, because a repeated one within a second is not answered.
                    isRepeated = true;
                    _ = SendQuestion(question, DnsType.Any);
                    continue;
                }
            }

            await lookup.WaitAsync((due < options.Timeout ? due : options.Timeout) - elapsed, cancellationToken).ConfigureAwait(false);
        }
    }
}
