using Micro.Basics;
using Micro.Registry;

namespace Micro.Server.Registrations;

/// <summary>One round: check, then assert or withdraw, then sleep.</summary>
internal sealed partial class RegistrationLoop
{
    private async Task<TimeSpan> RunRoundAsync(CancellationToken cancellationToken)
    {
        await _check.RunAsync(isIn: State is ServerState.Registered or ServerState.Lost, cancellationToken).ConfigureAwait(false);
        if (!_check.IsAllowed)
        {
            await WithholdAsync(cancellationToken).ConfigureAwait(false);
            _firstOutcome.TrySetResult(null);
            return _schedule.NextCheck();
        }

        if (_check.Error is { } tolerated)
        {
            LogCheckError(tolerated, withdrawing: false);
        }
        else
        {
            _checkErrors.End();
        }

        try
        {
            await AssertAsync(cancellationToken).ConfigureAwait(false);
            return _check.Error is not null ? _schedule.NextCheck()
                : _assertion.Incomplete is { } missing ? _schedule.NextCompletion(missing, _incompletions.Count)
                : _schedule.NextHeartbeat();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return OnAssertFailed(exception);
        }
    }

    private async Task AssertAsync(CancellationToken cancellationToken)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            LogRegistering(_logger, _registry.Name, _assertion.NodeId);
        }

        _status.Ask();
        await _assertion.WriteAsync(_schedule.Ttl, cancellationToken).ConfigureAwait(false);
        _confirmedAt = _timeProvider.GetTimestamp();
        if (_failures.End(out var failures, out var outage))
        {
            LogRegisteredAgain(_logger, _registry.Name, _assertion.NodeId, failures, outage);
        }
        else
        {
            LogConfirmed(_logger, _registry.Name, _assertion.NodeId);
        }

        ReportConflict(_assertion.Conflict);
        ReportCompleteness(_assertion.Incomplete);
        _status.Confirm(_assertion.Incomplete);

        // A permanent refusal by one of several registries fails the start as well.
        _firstOutcome.TrySetResult(_assertion.Incomplete as ArgumentException);
    }

    /// <summary>Logs when only some of several registries hold the node, and when all of them hold it again.</summary>
    private void ReportCompleteness(Exception? missing)
    {
        if (missing is null)
        {
            if (_incompletions.End(out var count, out var outage))
            {
                LogCompleted(_logger, _registry.Name, _assertion.NodeId, count, outage);
            }
        }
        else if (_incompletions.Add(missing))
        {
            LogIncomplete(_logger, _registry.Name, _assertion.NodeId, FailureRow.TextOf(missing));
        }
    }

    /// <summary>Logs that another process registered the same node id, whichever registration remains.</summary>
    private void ReportConflict(string? other)
    {
        if (other is null)
        {
            return;
        }

        LogConflict(_logger, _registry.Name, _assertion.NodeId, other);
        _metrics.CountConflict();
        _status.NoteConflict(other);
    }

    private TimeSpan OnAssertFailed(Exception exception)
    {
        var isNews = _failures.Add(exception);
        var failures = _failures.Count;
        ReportConflict((exception as RegistryDeniedException)?.ConflictingAddress);

        // A refusal and an invalid record last for a while; other failures may end soon.
        var isAnswer = exception is RegistryDeniedException or ArgumentException;
        var isFirst = !_firstOutcome.Task.IsCompleted;
        var pause = isAnswer ? _schedule.NextAfterDenial()
            : !isFirst ? _schedule.NextRetry(failures, (exception as RegistryUnavailableException)?.RetryAfter)
            : failures < RegistrationSchedule.StartTries ? _schedule.NextStartTry(failures)
            : _schedule.NextRetry(1);
        if (isNews && !(isFirst && _isAwaited && exception is ArgumentException))
        {
            LogRegisterFailed(_logger, _options.Name, _options.Id, FailureRow.TextOf(exception), FailureRow.KindOf(exception), failures, pause);
        }

        _status.Fail(exception, isAnswer);
        if (isFirst && (isAnswer || failures >= RegistrationSchedule.StartTries))
        {
            _firstOutcome.TrySetResult(exception);
        }

        return pause;
    }

    /// <summary>Withdraws the node while the check fails, again after a failed withdrawal.</summary>
    private async Task WithholdAsync(CancellationToken cancellationToken)
    {
        var isLeaving = _assertion.MayBeStored;
        if (_check.Error is { } error)
        {
            LogCheckError(error, isLeaving);
        }

        if (isLeaving)
        {
            await WithdrawAsync(cancellationToken).ConfigureAwait(false);
            _failures.End();
            _status.Withhold(_check.Error);
        }
        else if (_check.Error is { } reason)
        {
            _status.Withhold(reason);
        }
    }

    private async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        if (!_assertion.MayBeStored)
        {
            return;
        }

        LogDeregistering(_logger, _registry.Name, _assertion.NodeId);
        _isAnnounced = false;
        try
        {
            await _assertion.WithdrawAsync(cancellationToken).ConfigureAwait(false);
            _withdrawals.End();
        }
        catch (Exception exception)
        {
            // The TTL removes a record that could not be withdrawn; the next round retries while it is stored.
            if (_withdrawals.Add(exception))
            {
                LogDeregisterFailed(_logger, _options.Name, _options.Id, FailureRow.TextOf(exception));
            }
        }
    }

    private async Task HandleLossAsync(CancellationToken cancellationToken)
    {
        if (!_assertion.Lost.IsCancellationRequested)
        {
            return;
        }

        LogLost(_logger, _registry.Name, _assertion.NodeId);
        _status.Lose(new RegistryUnavailableException(_registry.Name, $"the registration of {_assertion.NodeId} was lost"));

        // The first loss is repaired at once; a registry that loses every write must not be flooded.
        var isQuick = _timeProvider.GetElapsedTime(_confirmedAt) < _schedule.RetryLimit;
        _quickLosses = isQuick ? _quickLosses + 1 : 0;
        if (_quickLosses > 1)
        {
            await _delay.WaitAsync(_schedule.NextRetry(_quickLosses - 1), CancellationToken.None, cancellationToken).ConfigureAwait(false);
        }
    }

    private void LogCheckError(Exception error, bool withdrawing)
    {
        var isNews = _checkErrors.Add(error);
        if (withdrawing)
        {
            LogCheckFailedWithdrawing(_logger, _options.Name, _options.Id, error.Message);
        }
        else if (isNews)
        {
            LogCheckFailed(_logger, _options.Name, _options.Id, error.Message);
        }
    }
}
