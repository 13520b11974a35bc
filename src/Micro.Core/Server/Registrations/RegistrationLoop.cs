using Micro.Basics;
using Micro.Registry;
using Microsoft.Extensions.Logging;

namespace Micro.Server.Registrations;

/// <summary>
/// The owner of a server's registration: check, assert, sleep, in a loop on monotonic time. It alone decides when to register
/// and to withdraw; all others read <see cref="State"/>. Can start once.
/// </summary>
internal sealed partial class RegistrationLoop : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UrgentWithdrawalLimit = TimeSpan.FromMilliseconds(500);

    private readonly IRegistry _registry;
    private readonly ServerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly RegistrationSchedule _schedule;
    private readonly RegistrationCheck _check;
    private readonly RegistrationAssertion _assertion;
    private readonly RegistrationStatus _status;
    private readonly WakeableDelay _delay;
    private readonly RegistrationMetrics _metrics;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Exception?> _firstOutcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _running;
    private Task? _stopping;
    private readonly FailureRow _failures;
    private readonly FailureRow _incompletions;
    private readonly FailureRow _withdrawals;
    private readonly FailureRow _checkErrors;
    private int _quickLosses;
    private bool _isAnnounced;
    private volatile bool _isAwaited = true;
    private long _confirmedAt;

    public RegistrationLoop(
        IRegistry registry,
        Func<ServiceRecord> record,
        ServerOptions options,
        ILogger logger,
        TimeProvider timeProvider,
        Random random)
    {
        _registry = registry;
        _options = options;
        _logger = logger;
        _timeProvider = timeProvider;
        _schedule = new RegistrationSchedule(options, random);
        _check = new RegistrationCheck(options, _schedule.CheckTimeout, timeProvider);
        _assertion = new RegistrationAssertion(registry, record, options, timeProvider);
        _status = new RegistrationStatus(logger, timeProvider);
        _delay = new WakeableDelay(timeProvider);
        _failures = new FailureRow("Registering", timeProvider, logger);
        _incompletions = new FailureRow("The complete registration", timeProvider, logger);
        _withdrawals = new FailureRow("Deregistering", timeProvider, logger);
        _checkErrors = new FailureRow("The register check", timeProvider, logger);
        _metrics = new RegistrationMetrics(options.Name, () => _status.State, () => _status.LastError);
    }

    /// <summary>Raised after each change of <see cref="State"/>, on the thread that changed it.</summary>
    public event EventHandler<ServerStateChangedEventArgs>? StateChanged
    {
        add => _status.Changed += value;
        remove => _status.Changed -= value;
    }

    /// <summary>Raised after each change that may change <see cref="IsReady"/>.</summary>
    public event EventHandler? HealthChanged
    {
        add => _status.HealthChanged += value;
        remove => _status.HealthChanged -= value;
    }

    public ServerState State => _status.State;

    /// <summary>Gets a value indicating whether callers may be sent here: see <see cref="RegistrationStatus.IsReady"/>.</summary>
    public bool IsReady => _status.IsReady;

    /// <summary>
    /// Gets why the node is not registered, or only in some of several registries; <see langword="null"/> without a failure.
    /// </summary>
    public Exception? LastError => _status.LastError;

    /// <summary>
    /// Gets the address from which another process registered the same node id within the last ten minutes;
    /// <see langword="null"/> without a conflict.
    /// </summary>
    public string? Conflict => _status.Conflict;

    /// <summary>Gets the time at which the registry last confirmed the registration.</summary>
    public DateTimeOffset? ConfirmedAt => _status.ConfirmedAt;

    /// <summary>Gets the effective time between renewals.</summary>
    public TimeSpan Interval => _schedule.Interval;

    /// <summary>
    /// Starts the loop and waits for its first outcome: registered, withheld by the check, or failed three times. A
    /// failure is logged and the loop continues, unless the options make it fail the start. A record that violates the rules of
    /// the registry always fails the start.
    /// </summary>
    /// <param name="cancellationToken">Ends the start; what may have been registered is withdrawn.</param>
    /// <exception cref="ArgumentException">The record violates the rules of the registry.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_running is not null || _stopping is not null)
            {
                throw new InvalidOperationException("the registration loop can start only once");
            }

            _running = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
        }

        LogSettings();
        try
        {
            var limit = _options.FailFastOnRegister ? Timeout.InfiniteTimeSpan : StartLimit;
            var error = await _firstOutcome.Task.WaitAsync(limit, _timeProvider, cancellationToken).ConfigureAwait(false);
            if (error is ArgumentException || (error is not null && _options.FailFastOnRegister))
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            }
        }
        catch (TimeoutException) when (!_options.FailFastOnRegister)
        {
            _isAwaited = false;
            LogInBackground(_logger, _registry.Name, StartLimit);
            _status.StopAwaiting(new RegistryUnavailableException(_registry.Name, $"the registry did not answer within {ReadableTime.Of(StartLimit)}"));
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asserts a changed record at once.</summary>
    public void Refresh() => _delay.Wake();

    /// <summary>
    /// Starts draining, stops the heartbeat and waits for its end, then withdraws the node within the deregister
    /// timeout. Errors are logged. Concurrent calls share one stop.
    /// </summary>
    /// <param name="cancellationToken">Hurries: withdrawing gets half a second more.</param>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _stopping ??= StopCoreAsync(_running, cancellationToken);
        }
    }

    /// <summary>Stops and sets the state to not registered.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _status.End();
        _metrics.Dispose();
        _stop.Dispose();
    }

    private async Task StopCoreAsync(Task? running, CancellationToken cancellationToken)
    {
        // Leaves the caller's lock before listeners are notified.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (running is null)
        {
            return;
        }

        _status.Drain();
        await _stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);

        // Even an urgent stop withdraws the node, if that is quick.
        using var giveUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _timeProvider);
        await using var hurry = cancellationToken.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).CancelAfter(UrgentWithdrawalLimit), giveUp).ConfigureAwait(false);
        await WithdrawAsync(giveUp.Token).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var pause = await RunRoundAsync(cancellationToken).ConfigureAwait(false);
                await _delay.WaitAsync(pause, _assertion.Lost, cancellationToken).ConfigureAwait(false);
                await HandleLossAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The loop survives every exception, also its own.
                await PauseAfterErrorAsync(exception, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                // Stopped during a round.
                break;
            }
        }

        _firstOutcome.TrySetCanceled(CancellationToken.None);
    }

    private Task PauseAfterErrorAsync(Exception exception, CancellationToken cancellationToken)
    {
        var isNews = _failures.Add(exception);
        var pause = _schedule.NextRetry(_failures.Count);
        if (isNews)
        {
            LogRoundFailed(_logger, _options.Name, _options.Id, FailureRow.TextOf(exception), FailureRow.KindOf(exception), pause);
        }

        _firstOutcome.TrySetResult(exception);
        return Task.Delay(pause, _timeProvider, cancellationToken);
    }

    private void LogSettings()
    {
        if (_schedule.IsCorrected)
        {
            LogIntervalCorrected(_logger, _options.RegisterInterval, _options.RegisterTtl, _schedule.Interval);
        }

        if (_schedule.Ttl == TimeSpan.Zero)
        {
            LogNoExpiry(_logger);
        }
    }
}
