using Micro.Basics;
using Micro.Registry.Kit;
using Micro.Registry.Mdns.Dns;

namespace Micro.Registry.Mdns.Browsing;

/// <content>Watches, and the maintenance that keeps the cache true.</content>
internal sealed partial class Browser
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan RefreshGap = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ForgetInterestAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DoubtEndsAfter = TimeSpan.FromSeconds(1);

    private readonly Interest _list = new();
    private bool _isMaintained;

    /// <summary>Begins a watch with the nodes that are known already.</summary>
    public MdnsWatch Subscribe(string? service, WatchHub hub)
    {
        var watch = new MdnsWatch(service, hub);
        lock (_gate)
        {
            _watches.Add(watch);
            var interest = watch.Service is { } name ? Ask(name) : _list;
            interest.Watches++;
            interest.NextGap = FirstGap;
            interest.LastQuery = time.GetTimestamp();
            hub.Replace(RecordSet.Create(_cache.All.Select(static node => node.Record).Where(record => watch.Covers(record.Name))));
            StartMaintenance();
        }

        return watch;
    }

    public void Unsubscribe(MdnsWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
            var interest = watch.Service is { } name ? _interests.GetValueOrDefault(name) : _list;
            if (interest is not null)
            {
                interest.Watches--;
            }
        }
    }

    /// <summary>Asks the link and waits for the answers, which the watch receives.</summary>
    /// <exception cref="RegistryUnavailableException">The question could not be sent.</exception>
    public async Task SynchronizeAsync(MdnsWatch watch, CancellationToken cancellationToken)
    {
        if (watch.Service is { } service)
        {
            _ = await FindAsync(service, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var services = await ListAsync(cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(services.Select(name => FindAsync(name, cancellationToken))).ConfigureAwait(false);
        }
    }

    private void StartMaintenance()
    {
        if (!_isMaintained)
        {
            _isMaintained = true;
            _tasks.Run(MaintainAsync);
        }
    }

    private async Task MaintainAsync(CancellationToken cancellationToken)
    {
        var failures = new FailureRow("Keeping the mDNS cache", time, logger);
        while (true)
        {
            await Task.Delay(Tick * (0.9 + (0.2 * random())), time, cancellationToken).ConfigureAwait(false);
            try
            {
                lock (_gate)
                {
                    Maintain();
                }

                failures.End();
            }
            catch (Exception exception)
            {
                // The upkeep must go on whatever happens in one round.
                if (failures.Add(exception))
                {
                    MdnsBackend.Log.MaintenanceFailed(logger, failures.Count, FailureRow.TextOf(exception), FailureRow.KindOf(exception));
                }
            }
        }
    }

    private void Maintain()
    {
        var now = time.GetTimestamp();
        foreach (var node in _cache.All.ToArray())
        {
            var isExpired = time.GetElapsedTime(node.LastSeen, now) >= node.Ttl;
            var isRefuted = node.DoubtedSince is { } since && time.GetElapsedTime(since, now) >= DoubtEndsAfter;
            if (isExpired || isRefuted)
            {
                Forget(node);
            }
        }

        var watchesAll = _list.Watches > 0;
        ForgetUnwanted(now, watchesAll);
        if (watchesAll && IsDue(_list, now, []))
        {
            AskAgain(_list, names.List, now);
        }

        foreach (var service in _interests.Keys.Union(watchesAll ? _cache.Services : []).ToArray())
        {
            // A service found by watching all of them gets a schedule of its own.
            var interest = _interests.TryGetValue(service, out var known) ? known : Ask(service);
            if ((interest.Watches > 0 || watchesAll) && IsDue(interest, now, _cache.Of(service)))
            {
                AskAgain(interest, names.Service(service), now);
            }
        }
    }

    private bool IsDue(Interest interest, long now, IReadOnlyCollection<CachedNode> nodes)
    {
        var sinceQuery = time.GetElapsedTime(interest.LastQuery, now);
        return sinceQuery >= interest.NextGap
            || (sinceQuery >= RefreshGap && nodes.Any(node => time.GetElapsedTime(node.LastSeen, now) >= node.Ttl * 0.8));
    }

    private void AskAgain(Interest interest, string name, long now)
    {
        interest.LastQuery = now;
        interest.LastAsked = now;
        var gap = interest.NextGap * 3;
        interest.NextGap = (gap < FirstGap ? FirstGap : gap > LongestGap ? LongestGap : gap) * (0.9 + (0.2 * random()));
        _ = SendQuestion(name, DnsType.Ptr);
    }

    private void AskLater(string service)
    {
        if (!_interests.ContainsKey(service) && _interests.Count < MaxInterests)
        {
            Ask(service).NextGap = FirstGap;
            _ = SendQuestion(names.Service(service), DnsType.Ptr);
        }
    }

    private void ForgetUnwanted(long now, bool watchesAll)
    {
        foreach (var (service, interest) in _interests)
        {
            if (interest.Watches == 0 && interest.Lookups == 0 && time.GetElapsedTime(interest.LastAsked, now) >= ForgetInterestAfter
                && !(watchesAll && _cache.Of(service).Count > 0))
            {
                RemoveInterest(service, watchesAll);
            }
        }

        foreach (var (service, seen) in _listed)
        {
            if (time.GetElapsedTime(seen, now) >= LongestGap * 2)
            {
                _listed.Remove(service);
            }
        }
    }

    private void ForgetOldestInterest()
    {
        var unwatched = _interests.Where(interest => interest.Value is { Watches: 0, Lookups: 0 }).ToArray();
        if (unwatched.Length > 0)
        {
            RemoveInterest(unwatched.MinBy(interest => interest.Value.LastAsked).Key, _list.Watches > 0);
        }
    }

    private void RemoveInterest(string service, bool watchesAll)
    {
        _interests.Remove(service);
        if (!watchesAll)
        {
            foreach (var node in _cache.Of(service).ToArray())
            {
                _cache.Remove(node);
            }
        }
    }
}
