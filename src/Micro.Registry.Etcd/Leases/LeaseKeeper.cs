using Etcdserverpb;
using Grpc.Core;
using Micro.Basics;
using Micro.Registry.Etcd.Api;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Leases;

/// <summary>
/// Renews all leases over one stream, without end: a stream that ends is opened again at the next member. A lease that the
/// server does not know, or did not confirm within its lifetime, is reported lost; its owner decides what to do.
/// </summary>
internal sealed partial class LeaseKeeper(EtcdApi api, TimeSpan timeout, TimeProvider time, Random random, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<long, KeptLease> _leases = [];
    private readonly WakeableDelay _delay = new(time);
    private readonly CancellationTokenSource _stop = new();
    private readonly FailureRow _failures = new("Renewing leases", time, logger);
    private Task? _loop;

    /// <summary>Gets the number of leases that are renewed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>Begins to renew a lease, or notes that its owner is alive.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="grantedAt">The time at which a new lease was requested; <see langword="null"/> for a lease of unknown state, which is renewed at once.</param>
    public void Keep(KeptLease lease, long? grantedAt)
    {
        lock (_gate)
        {
            lease.HeartbeatAt = time.GetTimestamp();
            var wasAbandoned = lease.IsAbandoned;
            lease.IsAbandoned = false;
            if (_stop.IsCancellationRequested || !_leases.TryAdd(lease.Id, lease))
            {
                if (wasAbandoned)
                {
                    _delay.Wake();
                }

                return;
            }

            lease.ConfirmedAt = grantedAt ?? lease.HeartbeatAt;
            lease.AskedAt = null;
            lease.NextAfter = grantedAt is null ? TimeSpan.Zero : NextAfter(lease);
            if (_loop is null)
            {
                // The loop must not keep the ambient values of the first caller.
                using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
                {
                    _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
                }
            }
        }

        _delay.Wake();
    }

    /// <summary>Stops renewing a lease; it is not reported lost.</summary>
    public void Drop(KeptLease lease)
    {
        lock (_gate)
        {
            if (_leases.TryGetValue(lease.Id, out var known) && ReferenceEquals(known, lease))
            {
                _leases.Remove(lease.Id);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            loop = _loop;
            _leases.Clear();
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (loop is not null)
        {
            await loop.ConfigureAwait(false);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                EndOverdue();
                if (Count == 0)
                {
                    await _delay.WaitAsync(Timeout.InfiniteTimeSpan, CancellationToken.None, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                await RenewOverOneStreamAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                if (exception is RpcException error && EtcdErrors.IsStaleToken(error))
                {
                    api.ForgetToken();
                }

                await PauseAsync(exception, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RenewOverOneStreamAsync(CancellationToken cancellationToken)
    {
        // The reader ends with this method on every path.
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stream = await api.OpenKeepAliveAsync(abort.Token).ConfigureAwait(false);
        var reading = ReadAsync(stream, abort.Token);
        try
        {
            AskAllAgain();
            while (!reading.IsCompleted)
            {
                EndOverdue();
                if (Count == 0)
                {
                    return;
                }

                foreach (var lease in TakeDue())
                {
                    await WriteAsync(stream, lease, abort.Token).ConfigureAwait(false);
                }

                ThrowIfUnanswered();
                await _delay.WaitAsync(UntilNext(), CancellationToken.None, cancellationToken).ConfigureAwait(false);
            }

            await reading.ConfigureAwait(false);
        }
        catch (RpcException)
        {
            api.MoveOn(stream.Member);
            throw;
        }
        finally
        {
            await abort.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes with a time limit: a member that takes no more bytes must not keep the loop from ending overdue leases.</summary>
    private async Task WriteAsync(EtcdStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream, long lease, CancellationToken cancellationToken)
    {
        var left = UntilExpiry();
        using var limit = new CancellationTokenSource(left < timeout ? left : timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await stream.WriteAsync(new LeaseKeepAliveRequest { ID = lease }, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw EtcdErrors.Create(StatusCode.Unavailable, "a renewal could not be sent in time", exception);
        }
    }

    private async Task ReadAsync(EtcdStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream, CancellationToken cancellationToken)
    {
        try
        {
            while (await stream.ReadAsync(cancellationToken).ConfigureAwait(false) is { } answer)
            {
                if (_failures.End(out var failures, out var outage))
                {
                    EtcdBackend.Log.RenewalRestored(logger, failures, outage);
                }

                Confirm(answer);
            }

            throw EtcdErrors.Create(StatusCode.Unavailable, "the server ended the stream that renews leases");
        }
        finally
        {
            _delay.Wake();
        }
    }

    private async Task PauseAsync(Exception exception, CancellationToken cancellationToken)
    {
        var isNews = _failures.Add(exception);
        var failures = _failures.Count;
        var pause = Jitter.Backoff(FirstPause, LongestPause, failures, random);
        if (isNews)
        {
            EtcdBackend.Log.RenewalFailed(logger, failures, pause, FailureRow.TextOf(exception), EtcdErrors.KindOf(exception));
        }

        using var expiry = new CancellationTokenSource(UntilExpiry(), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        try
        {
            await api.FindMemberAsync(either.Token).ConfigureAwait(false);
            await Task.Delay(pause, time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The keeper stops, or a lease ends; the loop sees it.
        }
    }
}
