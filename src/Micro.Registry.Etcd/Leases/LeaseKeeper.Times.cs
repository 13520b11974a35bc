using Etcdserverpb;
using Grpc.Core;
using Micro.Basics;
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
                    EtcdBackend.Log.LeaseAbandoned(logger, lease.Id, lease.Limit);
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

    /// <summary>Returns the time until anything is due: a renewal, the end of patience, of a silent owner or of a lease.</summary>
    private TimeSpan UntilNext() => Shortest((lease, now) =>
    {
        var due = lease.AskedAt is { } asked ? Patience(lease) - time.GetElapsedTime(asked, now)
            : lease.IsAbandoned ? TimeSpan.MaxValue
            : lease.NextAfter - time.GetElapsedTime(lease.ConfirmedAt, now);
        var silent = lease.IsAbandoned ? TimeSpan.MaxValue : lease.Limit - time.GetElapsedTime(lease.HeartbeatAt, now);
        return new[] { due, silent, lease.Ttl - time.GetElapsedTime(lease.ConfirmedAt, now) }.Min();
    });

    private TimeSpan UntilExpiry() => Shortest((lease, now) => lease.Ttl - time.GetElapsedTime(lease.ConfirmedAt, now));

    private TimeSpan Shortest(Func<KeptLease, long, TimeSpan> until)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var seconds = _leases.Values.Select(lease => until(lease, now).TotalSeconds).DefaultIfEmpty(LongestWait.TotalSeconds).Min();

            // Timers round down: a millisecond more keeps the loop from spinning just before something is due.
            return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestWait.TotalSeconds)) + TimeSpan.FromMilliseconds(1);
        }
    }
}
