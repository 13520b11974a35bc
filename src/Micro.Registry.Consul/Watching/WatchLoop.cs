using Micro.Basics;
using Micro.Registry.Consul.Http;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Watching;

/// <summary>
/// Follows one thing in Consul by blocking queries, for ever. The index rules: a lower index than before, and any
/// failure, start from the beginning, because an agent that lost its data would hold a query with the old index for the
/// whole waiting time; an equal index says nothing new.
/// </summary>
/// <param name="target">What is watched, for logs.</param>
/// <param name="query">Asks at once with index 0, else waits for a change.</param>
/// <param name="publish">Takes what was read.</param>
/// <param name="fail">Takes what went wrong; the loop goes on.</param>
/// <param name="slots">Limits the queries that wait.</param>
/// <param name="pace">The pauses.</param>
/// <param name="logger">Where it logs.</param>
internal sealed class WatchLoop<T>(
    string target,
    Func<ulong, CancellationToken, Task<ConsulAnswer<T>>> query,
    Func<T, CancellationToken, Task> publish,
    Action<Exception> fail,
    BlockingSlots slots,
    WatchPace pace,
    ILogger logger)
{
    /// <summary>So many queries in a row that the agent does not hold, though it answers plain reads, mean that it holds no more.</summary>
    private const int MaxFailedQueries = 2;

    /// <summary>A query that fails later was held, and its agent has gone.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private readonly FailureRow _failures = new($"Watching {target} in Consul", pace.Time, logger);
    private ulong _index;
    private int _failedQueries;
    private int _pollings;
    private (long Since, TimeSpan Length) _polling;
    private bool _hasReportedPolling;
    private bool _hasRead;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The last reader left.
            }
            catch (Exception exception)
            {
                await PauseAsync(exception, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        var started = pace.Now;
        var isBlocking = _index > 0 && pace.Since(_polling.Since) >= _polling.Length && slots.TryEnter();
        ConsulAnswer<T> answer;
        try
        {
            answer = await query(isBlocking ? _index : 0, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryUnavailableException exception) when (isBlocking && exception.RetryAfter is null && !cancellationToken.IsCancellationRequested)
        {
            NoteFailedQuery(pace.Since(started));
            throw;
        }
        finally
        {
            if (isBlocking)
            {
                slots.Exit();
            }
        }

        var mustPoll = answer.Index == 0 || (_index > 0 && !isBlocking);
        if (!isBlocking || answer.Index != _index)
        {
            await publish(answer.Value, cancellationToken).ConfigureAwait(false);
        }

        NoteSuccess(isBlocking, mustPoll);
        _index = answer.Index < _index ? 0 : answer.Index;
        if (mustPoll)
        {
            await pace.BeforePollAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await pace.AfterAnswerAsync(started, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A plain read proves nothing about the query that follows it, so only a held query ends a row of failed ones.</summary>
    private void NoteSuccess(bool isBlocking, bool isPoll)
    {
        if (isBlocking)
        {
            (_failedQueries, _pollings) = (0, 0);
        }

        if (isPoll && !_hasReportedPolling)
        {
            _hasReportedPolling = true;
            ConsulBackend.Log.WatchPolls(logger, target, BlockingSlots.Capacity);
        }

        if ((_failedQueries == 0 || isPoll) && _failures.End(out var failures, out var outage) && _hasRead)
        {
            ConsulBackend.Log.WatchRecovered(logger, target, failures, outage);
        }

        _hasRead = true;
    }

    private void NoteFailedQuery(TimeSpan held)
    {
        _failedQueries = held < AtOnce ? _failedQueries + 1 : 0;
        if (_failedQueries >= MaxFailedQueries)
        {
            _polling = (pace.Now, pace.PollingFor(++_pollings));
        }
    }

    private Task PauseAsync(Exception exception, CancellationToken cancellationToken)
    {
        _index = 0;
        var isNews = _failures.Add(exception);
        var failures = _failures.Count;
        fail(exception);
        var pause = pace.AfterFailure(failures, exception);

        // A watch that has read nothing yet ends with this error, and its reader logs it.
        if (isNews && _hasRead)
        {
            ConsulBackend.Log.WatchFailed(logger, target, failures, pause, FailureRow.TextOf(exception), FailureRow.KindOf(exception));
        }

        return pace.WaitAsync(pause, cancellationToken);
    }
}
