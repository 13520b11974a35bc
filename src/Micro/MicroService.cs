using Micro.Basics;
using Micro.Client;
using Micro.Hosting;
using Micro.Registry;
using Micro.Selection;
using Micro.Server;
using Micro.Wiring;
using Microsoft.Extensions.Logging;

namespace Micro;

/// <summary>
/// A service: a server that registers itself, a client that finds others, and the registry between them, made from
/// code, configuration file, environment and command line. Add handlers before the start; all other members are safe
/// for concurrent use.
/// </summary>
/// <example>
/// <code>
/// var service = MicroService.Create(o => o.Name("greeter"), args);
/// service.Handle(new Greeter());
/// return await service.RunAsync();
/// </code>
/// </example>
public sealed class MicroService : IEndpointCollection, IAsyncDisposable
{
    private readonly MicroServiceOptions _options;
    private readonly ServicePlan _plan;
    private readonly ServiceLifetime? _lifetime;
    private readonly ILogger _logger;
    private int _isDisposed;
    private int _isWarnedOfName;

    private MicroService(MicroServiceOptions options, ServicePlan plan)
    {
        _options = options;
        _plan = plan;
        _logger = plan.Logging.Factory.CreateLineLogger("Micro.MicroService");
        _lifetime = plan.Components is { } components ? new ServiceLifetime(this, options, components.Server) : null;
    }

    /// <summary>Name of the service.</summary>
    public string Name => _plan.Name;

    /// <summary>The client; usable without starting the service.</summary>
    /// <exception cref="MicroConfigurationException">The input was wrong.</exception>
    public IMicroClient Client
    {
        get
        {
            WarnIfUnnamed();
            return Components.Client;
        }
    }

    /// <summary>The server.</summary>
    /// <exception cref="MicroConfigurationException">The input was wrong.</exception>
    public IMicroServer Server => Components.Server;

    /// <summary>The registry of the service; server and client may have others of their own.</summary>
    /// <exception cref="MicroConfigurationException">The input was wrong.</exception>
    public IRegistry Registry => Components.Registry;

    /// <summary>
    /// The selector of <see cref="Client"/>, with its snapshots and its knowledge of failing nodes.
    /// A client created in code keeps its own.
    /// </summary>
    /// <exception cref="MicroConfigurationException">The input was wrong.</exception>
    public ISelector Selector => Components.Selector;

    /// <summary>Gets whether this process only calls others.</summary>
    internal bool IsClientOnly => _options.IsClientOnly;

    /// <summary>The text to print in place of starting; <see langword="null"/> when the command line asks for none.</summary>
    internal string? Answer => _plan.Print;

    private ServiceComponents Components =>
        _plan.Components ?? throw new MicroConfigurationException(_plan.Problems, _plan.Cause);

    /// <summary>
    /// Creates a service. Nothing is started, and nothing is sent or received. Wrong input is kept: <see cref="RunAsync"/>
    /// prints it and returns 2, everything else throws it.
    /// </summary>
    /// <param name="configure">Sets the options.</param>
    /// <param name="args">The command line; <see langword="null"/> for none: then only environment and configuration count.</param>
    /// <returns>The service; <see cref="RunAsync"/> disposes it, otherwise dispose it.</returns>
    public static MicroService Create(Action<MicroServiceOptions> configure, string[]? args = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new MicroServiceOptions();
        configure(options);
        return Create(options, args ?? []);
    }

    internal static MicroService Create(MicroServiceOptions options, IReadOnlyList<string> args) =>
        new(options, ServicePlanner.Plan(options, args));

    /// <summary>
    /// Returns the effective value of every setting and its source: flag, variable, configuration key, code or default.
    /// The flag <c>--settings</c> prints the same.
    /// </summary>
    /// <returns>One entry per setting, in the order of <c>--help</c>; also when some input was wrong.</returns>
    public IReadOnlyList<EffectiveSetting> DescribeSettings() => _plan.Settings;

    /// <summary>The health as probes are told; of a process that only calls others, how fresh its view of the registry is.</summary>
    internal HealthReport Health() => IsClientOnly
        ? new HealthReport(IsReady: true, "client only", null) { SnapshotAge = (Client as IReportsFreshness)?.SnapshotAge ?? default }
        : Server is IReportsHealth reporter ? reporter.Health()
        : new HealthReport(Server.State == ServerState.Registered, Server.State.ToString(), null);

    /// <summary>What is wrong with the input; empty when the service can be started.</summary>
    internal IReadOnlyList<string> Problems =>
        _plan.Components is not { Server: RpcServer server } || server.Options.IsNamed || IsClientOnly ? _plan.Problems
        : ["the service has no name to register under: call Name(\"…\") in code, or set --server_name"];

    /// <summary>Adds endpoints. Does nothing when the input was wrong.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <exception cref="ArgumentException">The handler has no endpoint, or a name is ill-formed or taken.</exception>
    /// <exception cref="InvalidOperationException">The service was started.</exception>
    public void Add(EndpointDescription endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        _plan.Components?.Server.Add(endpoints);
    }

    /// <summary>
    /// Runs the hooks and starts the server. Does nothing when started already. A failing hook ends the start and stops
    /// the server.
    /// </summary>
    /// <param name="cancellationToken">Ends the start; what was started is stopped.</param>
    /// <exception cref="MicroConfigurationException">The input was wrong.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        _ = Components;
        if (Problems is { Count: > 0 } problems)
        {
            throw new MicroConfigurationException(problems);
        }

        if (!_lifetime!.IsStarted)
        {
            ServiceLog.Starting(_logger, Name);
            WarnIfUnnamed();
            WarnIfUseless();
        }

        return _lifetime.StartAsync(cancellationToken);
    }

    /// <summary>
    /// Runs the hooks and stops the server. All steps have their turn, errors are reported together. Does nothing when
    /// not started; concurrent calls share one stop; safe to call from hooks.
    /// </summary>
    /// <param name="cancellationToken">Skips the waits: running calls are cancelled.</param>
    /// <exception cref="AggregateException">Several steps failed; a single error is thrown as it is.</exception>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        _lifetime?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>
    /// Starts, waits for a signal or the token, stops and disposes. Wrong input is printed as one line to standard error,
    /// and nothing is started; <c>--help</c>, <c>--version</c> and <c>--settings</c> print and start nothing.
    /// </summary>
    /// <param name="cancellationToken">Stops the service.</param>
    /// <returns>The exit code: 0, 1 when starting or stopping failed, 2 for wrong input.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        await using var disposal = this.ConfigureAwait(false);
        if (Answer is { } text)
        {
            ConsoleOutput.Print(text);
            return 0;
        }

        if (Problems is { Count: > 0 } problems)
        {
            ConsoleOutput.PrintError($"{Name}: {string.Join("; ", problems)}");
            return 2;
        }

        using var signals = StopSignals.Create(_options.HandlesSignals, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        await using var forced = signals.Force.UnsafeRegister(static logger => ServiceLog.StopForced((ILogger)logger!), _logger).ConfigureAwait(false);
        try
        {
            await RunUntilAsync(stop.Token, signals.Force).ConfigureAwait(false);
            return 0;
        }
        catch (MicroConfigurationException exception)
        {
            ConsoleOutput.PrintError($"{Name}: {exception.Message}");
            return 2;
        }
        catch (Exception exception)
        {
            if (exception is IOException or MicroException)
            {
                // The message says it all.
                ServiceLog.Failed(_logger, Name, exception.Message, exception: null);
                ServiceLog.FailedBecause(_logger, Name, exception);
            }
            else
            {
                ServiceLog.Failed(_logger, Name, exception.Message, exception);
            }

            if (!_logger.IsEnabled(LogLevel.Critical))
            {
                ConsoleOutput.PrintError($"{Name}: {exception.Message}");
            }

            return 1;
        }
    }

    /// <summary>Stops if needed and disposes what the service made itself; components created in code stay.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        var errors = new StepErrors();
        await errors.RunAsync(() => StopAsync(CancellationToken.None)).ConfigureAwait(false);
        foreach (var component in _plan.Components?.Owned ?? [])
        {
            await errors.RunAsync(() => component.DisposeAsync().AsTask()).ConfigureAwait(false);
        }

        _lifetime?.Dispose();
        try
        {
            errors.ThrowIfAny();
        }
        catch (Exception exception)
        {
            // Disposal follows other errors often and must not hide them.
            ServiceLog.StopFailed(_logger, Name, exception);
        }

        _plan.Logging.Dispose();
    }

    /// <summary>Warns once; a service that registers without a name does not start.</summary>
    private void WarnIfUnnamed()
    {
        if (_plan.Components is { Server: RpcServer { Options.IsNamed: false } } && Interlocked.Exchange(ref _isWarnedOfName, 1) == 0)
        {
            ServiceLog.Unnamed(_logger, Name);
        }
    }

    private void WarnIfUseless()
    {
        if (!IsClientOnly && Server is RpcServer { HasHandlers: false } && _options.BeforeStartHooks.Count == 0)
        {
            ServiceLog.NoHandlers(_logger, Name);
        }
    }

    private async Task RunUntilAsync(CancellationToken stop, CancellationToken force)
    {
        try
        {
            await StartAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || _lifetime!.Stopped.IsCompleted)
        {
            // Asked to stop while starting, by signal or by a hook: what was started is stopped already.
            return;
        }

        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), asked).ConfigureAwait(false);
        await Task.WhenAny(asked.Task, _lifetime!.Stopped).ConfigureAwait(false);
        ServiceLog.Stopping(_logger, Name);
        await StopAsync(force).ConfigureAwait(false);
    }
}
