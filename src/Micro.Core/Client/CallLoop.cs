using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Micro.Basics;
using Micro.Selection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client;

/// <summary>
/// Runs a call: picks a node, tries it, reports the outcome, and decides by the kind of failure whether to try another
/// node.
/// </summary>
internal sealed class CallLoop(
    ClientOptions options, Func<ISelector> selector, BackoffPolicy backoff, RetryBudget? budget, NodeTransports transports, ILogger logger)
{
    /// <summary>Timers count whole milliseconds: a shorter time fires at once.</summary>
    public static readonly TimeSpan MinAttemptTime = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest pause that a server can request.</summary>
    private static readonly TimeSpan LongestPushback = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _timeProvider = options.TimeProvider;
    private readonly ObjectPool<AttemptTimer> _timers = Pools.Create(new TimerPolicy(options.TimeProvider, new SilenceWatch(transports, selector, budget, options.TimeProvider)));
    private int _nextAddress;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> RunAsync<TResult>(PlannedCall<TResult> plan, EncodedRequest request, AttemptChain? chain, CancellationToken cancellationToken)
    {
        budget?.OnCall();
        AttemptedNodes? attempted = null;
        var attempts = 0;

        // Fixed once per call: with only a shared counter, a retry could get the same address again.
        var firstAddress = plan.Addresses.Count > 0 ? (uint)Interlocked.Increment(ref _nextAddress) : 0;
        for (var number = 0; ; number++)
        {
            MicroException error;
            Node? node = null;
            try
            {
                if (plan.Remaining <= TimeSpan.Zero)
                {
                    throw plan.TimedOut(null, isWholeCall: true);
                }

                var pick = await PickAsync(plan, attempted, firstAddress + (uint)number, cancellationToken).ConfigureAwait(false);
                node = pick.Node;
                attempts++;
                plan.Options.Observed?.Picked(node);
                return await TryAsync(plan, request, chain, pick, number, cancellationToken).ConfigureAwait(false);
            }
            catch (MicroException exception)
            {
                error = exception;
            }

            error.Attempts = attempts;
            if (node is not null)
            {
                error.Node = node;
                (attempted ??= new AttemptedNodes()).Add(node);
            }

            error = ApplyErrorCode(error);

            if (!await ShouldRetryAsync(plan, number, error, cancellationToken).ConfigureAwait(false))
            {
                if (plan.Addresses.Count == 0)
                {
                    EndpointAdvice.Add(error, plan.Target, plan.Endpoint, selector());
                }

                throw error;
            }

            plan.Options.Observed?.Retried(error);
            logger.Retrying(plan.Service, plan.Endpoint, number + 1, error.Kind, error.Detail);
        }
    }

    private async ValueTask<NodePick> PickAsync(CallPlan plan, AttemptedNodes? attempted, uint turn, CancellationToken cancellationToken)
    {
        if (plan.Addresses is { Count: > 0 } addresses)
        {
            var address = addresses[(int)(turn % (uint)addresses.Count)];
            return new NodePick(new Node { Id = address, Address = address });
        }

        var pending = selector().PickAsync(plan.Target, plan.Options.Select ?? SelectOptions.Default, attempted, cancellationToken);
        if (pending.IsCompleted)
        {
            return await pending.ConfigureAwait(false);
        }

        try
        {
            return await pending.AsTask().WaitAsync(plan.Remaining, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new MicroException(
                503,
                "go.micro.client",
                $"service {plan.Service}: the registry did not answer within the request timeout of {ReadableTime.Limit(plan.RequestTimeout)}",
                ErrorKind.Registry,
                exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> TryAsync<TResult>(
        PlannedCall<TResult> plan, EncodedRequest request, AttemptChain? chain, NodePick pick, int number, CancellationToken cancellationToken)
    {
        var limit = plan.NextAttemptTimeout;
        if (pick.IsProbe)
        {
            transports.RetireSilent(pick.Node.Address, long.MaxValue);
        }

        var started = _timeProvider.GetTimestamp();
        using var rental = new TimerRental(_timers);
        var timer = rental.Timer;
        timer.Start(plan, in pick, number, started, limit);
        using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timer.Source);
        try
        {
            var sending = chain is null
                ? plan.SendAsync(transports, request, pick.Node, limit, timer.Token)
                : chain.RunAsync(plan, transports, request, pick.Node, limit, timer.Token);
            var result = await sending.ConfigureAwait(false);
            pick.Complete(new AttemptOutcome(Succeeded: true, default, _timeProvider.GetElapsedTime(started)));
            return result;
        }
        catch (OperationCanceledException exception) when (timer.Source.IsCancellationRequested)
        {
            RetireSilent(pick.Node, started, limit);
            if (cancellationToken.IsCancellationRequested)
            {
                // No evidence about the node, but strategies that count attempts in flight must be notified of the end.
                pick.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Cancelled, _timeProvider.GetElapsedTime(started)));
                throw new OperationCanceledException("the caller cancelled the call", exception, cancellationToken);
            }

            pick.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Timeout, _timeProvider.GetElapsedTime(started)));
            throw timer.WasAbandoned
                ? plan.SilentNode(pick.Node, exception)
                : plan.TimedOut(pick.Node, isWholeCall: limit < plan.AttemptTimeout, exception);
        }
        catch (MicroException exception)
        {
            // A timeout that arrives as an error was sent by the service (408): not a failure of the node.
            var kind = exception.Kind == ErrorKind.Timeout ? ErrorKind.Application : exception.Kind;
            pick.Complete(new AttemptOutcome(Succeeded: false, kind, _timeProvider.GetElapsedTime(started)));
            throw;
        }
        catch
        {
            // Thrown by an interceptor: not a failure of the node.
            pick.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Cancelled, _timeProvider.GetElapsedTime(started)));
            throw;
        }
    }

    /// <summary>
    /// Retires a connection that was silent for the second half of an attempt: its peer may be gone, which would otherwise go
    /// unnoticed for minutes.
    /// </summary>
    private void RetireSilent(Node node, long started, TimeSpan limit)
    {
        var now = _timeProvider.GetTimestamp();
        if (_timeProvider.GetElapsedTime(started, now) >= limit / 2)
        {
            transports.RetireSilent(node.Address, started + ((now - started) / 2));
        }
    }

    private async ValueTask<bool> ShouldRetryAsync(CallPlan plan, int number, MicroException error, CancellationToken cancellationToken)
    {
        var usesAddresses = plan.Addresses.Count > 0;
        if (number >= plan.Retries || plan.Remaining < MinAttemptTime || error.RetryPushback == Timeout.InfiniteTimeSpan)
        {
            return false;
        }

        var failed = new FailedAttempt(plan.Service, plan.Endpoint, number, error, plan.IsIdempotent(usesAddresses ? static (_, _) => null : selector().FindEndpoint));
        if (!plan.RetryPolicy(in failed))
        {
            return false;
        }

        // The budget keeps retries from multiplying the load of servers; without a connection there was no load.
        var isMissing = error.Kind is ErrorKind.NotFound or ErrorKind.NoNode;
        var reachedServer = !isMissing && error.Kind is not ErrorKind.Connect;
        var isPaid = plan.IsRetryCharged;
        plan.IsRetryCharged = false;
        if (reachedServer && !isPaid && budget?.TryTakeRetry() == false)
        {
            logger.RetryBudgetSpent(plan.Service, plan.Endpoint);
            return false;
        }

        if (isMissing && !usesAddresses)
        {
            // The next pick reports whether the registry answers.
            await selector().RefreshAsync(plan.Target, cancellationToken).WaitAsync(plan.Remaining, _timeProvider, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return true;
        }

        return await PauseAsync(plan, number + 1, error.RetryPushback, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits before an attempt: for the time that the server requests, within a limit, else for the back-off;
    /// <see langword="false"/> when the deadline comes first.
    /// </summary>
    private async ValueTask<bool> PauseAsync(CallPlan plan, int number, TimeSpan? asked, CancellationToken cancellationToken)
    {
        TimeSpan pause;
        try
        {
            pause = asked is { } time ? (time < LongestPushback ? time : LongestPushback) : (plan.Options.Backoff ?? backoff)(number);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new MicroException(500, "go.micro.client", $"backoff error: {exception.Message}", ErrorKind.InvalidRequest, exception);
        }

        if (pause >= plan.Remaining)
        {
            return false;
        }

        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Applies go-micro's code if the options require it; before the retry policy, which may depend on the code.</summary>
    private MicroException ApplyErrorCode(MicroException error)
    {
        if (options.UpstreamErrorCodes
            && error.Code is not 500
            && error.Kind is ErrorKind.NotFound or ErrorKind.NoNode or ErrorKind.Registry or ErrorKind.Denied or ErrorKind.Connect or ErrorKind.NotSent or ErrorKind.Broken)
        {
            return new MicroException(500, "go.micro.client", error.Detail, error.Kind, error) { Node = error.Node, Attempts = error.Attempts, RetryPushback = error.RetryPushback };
        }

        return error;
    }

    /// <summary>A rented timer, returned to its pool when the attempt is over.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct TimerRental(ObjectPool<AttemptTimer> owner) : IDisposable
    {
        public AttemptTimer Timer { get; } = owner.Get();

        public void Dispose() => owner.Return(Timer);
    }

    private sealed class TimerPolicy(TimeProvider time, SilenceWatch watch) : IPooledObjectPolicy<AttemptTimer>
    {
        public AttemptTimer Create() => new(time, watch);

        public bool Return(AttemptTimer obj)
        {
            if (obj.TryReset())
            {
                return true;
            }

            obj.Dispose();
            return false;
        }
    }
}
