using Micro.Server;

namespace Micro.Hosting;

/// <summary>
/// Start and stop of a service with its hooks. Start runs once; stop is shared by all who ask for it, may be asked for
/// from anywhere, also from hooks, and lets every step have its turn.
/// </summary>
internal sealed class ServiceLifetime(MicroService service, MicroServiceOptions options, IMicroServer server) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AsyncLocal<bool> _isInsideStop = new();
    private readonly ProcessEnd _processEnd = new();
    private CancellationTokenSource _startAbort = new();
    private CancellationTokenSource _stopForce = new();
    private TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _starting;
    private Task? _stopping;

    /// <summary>Completes when the present run has been stopped, by whomever.</summary>
    public Task Stopped
    {
        get
        {
            lock (_gate)
            {
                return _stopped.Task;
            }
        }
    }

    /// <summary>Gets whether it was started and not stopped since.</summary>
    public bool IsStarted
    {
        get
        {
            lock (_gate)
            {
                return _starting is not null && _stopping is null;
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource begin;
        Task starting;
        lock (_gate)
        {
            if (_starting is not null && _stopping is null or { IsCompleted: false })
            {
                return _stopping is null ? _starting! : throw new InvalidOperationException("the service is being stopped");
            }

            _startAbort = new CancellationTokenSource();
            _stopForce = new CancellationTokenSource();
            _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _stopping = null;
            begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _starting = starting = StartCoreAsync(begin.Task, _startAbort, cancellationToken);
        }

        begin.SetResult();
        return starting;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isInsideStop.Value)
        {
            // A hook of this very stop: waiting for it would be waiting for itself.
            return;
        }

        Task stopping;
        CancellationTokenSource force;
        TaskCompletionSource? begin = null;
        lock (_gate)
        {
            if (_starting is null)
            {
                return;
            }

            force = _stopForce;
            if (_stopping is null)
            {
                begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _stopping = StopCoreAsync(begin.Task, force.Token);
            }

            stopping = _stopping;
        }

        // Not disposed with the call: who asks again with a fired token hastens the stop that runs.
        await using var hasten = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), force).ConfigureAwait(false);
        begin?.SetResult();
        await stopping.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _processEnd.Dispose();
        _startAbort.Dispose();
        _stopForce.Dispose();
    }

    private async Task StartCoreAsync(Task begin, CancellationTokenSource abort, CancellationToken cancellationToken)
    {
        await begin.ConfigureAwait(false);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(abort.Token, cancellationToken);
        var token = linked.Token;
        var isServing = false;
        try
        {
            await RunHooksAsync(options.BeforeStartHooks, token).ConfigureAwait(false);
            if (!options.IsClientOnly)
            {
                isServing = true;
                await StartServerAsync(token).ConfigureAwait(false);
            }

            _processEnd.Watch(StopAsync);
            await RunHooksAsync(options.AfterStartHooks, token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Never leave a server running and registered behind a start that failed.
            var errors = new StepErrors(exception);
            if (isServing)
            {
                await errors.RunAsync(() => server.StopAsync(CancellationToken.None)).ConfigureAwait(false);
            }

            lock (_gate)
            {
                // A stop that runs meanwhile goes on; otherwise there is nothing left to stop.
                _starting = _stopping is null ? null : _starting;
            }

            _processEnd.Forget();
            errors.ThrowIfAny();
        }
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            // The registry refuses the record for good: wrong input that only the registry knows.
            var parameter = exception.ParamName is { } name ? $" (Parameter '{name}')" : "";
            var problem = parameter.Length > 0 ? exception.Message.Replace(parameter, "", StringComparison.Ordinal) : exception.Message;
            throw new MicroConfigurationException([problem], exception);
        }
    }

    private async Task RunHooksAsync(List<Func<MicroService, CancellationToken, Task>> hooks, CancellationToken cancellationToken)
    {
        foreach (var hook in hooks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await hook(service, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task StopCoreAsync(Task begin, CancellationToken force)
    {
        await begin.ConfigureAwait(false);
        _isInsideStop.Value = true;
        await _startAbort.CancelAsync().ConfigureAwait(false);
        _processEnd.Forget();
        var errors = new StepErrors();
        foreach (var hook in options.BeforeStopHooks)
        {
            await errors.RunAsync(() => hook(service, force)).ConfigureAwait(false);
        }

        if (!options.IsClientOnly)
        {
            await errors.RunAsync(() => server.StopAsync(force)).ConfigureAwait(false);
        }

        foreach (var hook in options.AfterStopHooks)
        {
            await errors.RunAsync(() => hook(service, force)).ConfigureAwait(false);
        }

        _stopped.TrySetResult();
        errors.ThrowIfAny();
    }
}
