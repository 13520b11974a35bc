using Etcdserverpb;
using Grpc.Core;
using Micro.Registry.Etcd.Api;

namespace Micro.Registry.Etcd.Leases;

/// <summary>Due times, all under the lock.</summary>
internal sealed partial class LeaseKeeper
{
    private TimeSpan NextAfter(KeptLease lease) => Jitter.Spread(lease.Ttl / 3, random);

    /// <summary>Forgets what was requested on the stream before.</summary>
    private void AskAllAgain()
    {
        lock (_gate)
        {
            foreach (var lease in _leases.Values)
            {
                // A renewal without an answer is due at once.
                lease.NextAfter = lease.AskedAt is null ? lease.NextAfter : TimeSpan.Zero;
                lease.AskedAt = null;
            }
        }
    }

    private List<long> TakeDue()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var due = new List<long>();
            foreach (var lease in _leases.Values)
            {
                if (lease.AskedAt is null && !lease.IsAbandoned && time.GetElapsedTime(lease.ConfirmedAt, now) >= lease.NextAfter)
                {
                    lease.AskedAt = now;
                    due.Add(lease.Id);
                }
            }

            return due;
        }
    }

    private void Confirm(LeaseKeepAliveResponse answer)
    {
        KeptLease? lease;
        lock (_gate)
        {
            if (!_leases.TryGetValue(answer.ID, out lease))
            {
                return;
            }

            if (answer.TTL > 0)
            {
                lease.ConfirmedAt = lease.AskedAt ?? time.GetTimestamp();
                lease.AskedAt = null;
                lease.NextAfter = NextAfter(lease);
                return;
            }

            _leases.Remove(lease.Id);
        }

        lease.Ended(true);
    }

    /// <summary>Reports leases that were not confirmed within their lifetime, and stops renewing those whose owner is silent.</summary>
    private void EndOverdue()
    {
        var ended = new List<KeptLease>();
        lock (_gate)
        {
            var now = time.GetTimestamp();
            foreach (var lease in _leases.Values)
            {
                if (!lease.IsAbandoned && time.GetElapsedTime(lease.HeartbeatAt, now) >= lease.Limit)
                {
                    lease.IsAbandoned = true;
                    EtcdRegistry.Log.LeaseAbandoned(logger, lease.Id, lease.Limit);
                }

                if (time.GetElapsedTime(lease.ConfirmedAt, now) >= lease.Ttl)
                {
                    ended.Add(lease);
                }
            }

            ended.ForEach(lease => _leases.Remove(lease.Id));
        }

        ended.ForEach(static lease => lease.Ended(false));
    }

    private void ThrowIfUnanswered()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_leases.Values.Any(lease => lease.AskedAt is { } asked && time.GetElapsedTime(asked, now) >= Patience(lease)))
            {
                throw EtcdErrors.Create(StatusCode.Unavailable, "a renewal was not answered in time");
            }
        }
    }

    private TimeSpan Patience(KeptLease lease)
    {
        var third = lease.Ttl / 3;
        return third < Second ? Second : third > timeout ? timeout : third;
    }

    private TimeSpan UntilNext()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var next = TimeSpan.MaxValue;
            foreach (var lease in _leases.Values)
            {
                var due = lease.AskedAt is { } asked ? Patience(lease) - time.GetElapsedTime(asked, now)
                    : lease.IsAbandoned ? TimeSpan.MaxValue
                    : lease.NextAfter - time.GetElapsedTime(lease.ConfirmedAt, now);
                var silent = lease.IsAbandoned ? TimeSpan.MaxValue : lease.Limit - time.GetElapsedTime(lease.HeartbeatAt, now);
                next = Shortest(next, due, silent, lease.Ttl - time.GetElapsedTime(lease.ConfirmedAt, now));
            }

            return Bound(next);
        }
    }

    private TimeSpan UntilExpiry()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var next = TimeSpan.MaxValue;
            foreach (var lease in _leases.Values)
            {
                next = Shortest(next, lease.Ttl - time.GetElapsedTime(lease.ConfirmedAt, now));
            }

            return Bound(next);
        }
    }

    private static TimeSpan Shortest(TimeSpan first, params ReadOnlySpan<TimeSpan> others)
    {
        foreach (var other in others)
        {
            first = other < first ? other : first;
        }

        return first;
    }

    /// <summary>Timers round down: a millisecond more keeps the loop from spinning just before something is due.</summary>
    private static TimeSpan Bound(TimeSpan time) =>
        time <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1)
        : time > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1)
        : time + TimeSpan.FromMilliseconds(1);
}
