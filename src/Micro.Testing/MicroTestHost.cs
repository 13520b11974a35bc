using Micro.Client;
using Micro.Registry;
using Micro.Server;

namespace Micro.Testing;

/// <summary>
/// Hosts services under test in one process. They share a registry in memory, a network, a clock and captured logs, and are
/// disposed together. Hosts share nothing, so tests with their own hosts can run in parallel. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// await using var host = new MicroTestHost();
/// await host.StartAsync("greeter", service => service.Handle(new Greeter()));
/// var response = await host.Client.CallAsync&lt;HelloRequest, HelloResponse&gt;("greeter", "Greeter.Hello", new() { Name = "Anna" });
/// </code>
/// </example>
public sealed class MicroTestHost : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<MicroService> _services = new();
    private readonly Lazy<MicroService> _caller;
    private bool _isDisposed;

    /// <summary>Creates a host without services.</summary>
    /// <param name="network">The network of its services; a network in memory by default.</param>
    /// <param name="time">
    /// Clock of services, registry and network; the system's by default. With a <see cref="ManualTimeProvider"/> deadlines,
    /// retries, renewals and expiry wait for the test.
    /// </param>
    public MicroTestHost(TestNetwork? network = null, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        Network = network ?? TestNetwork.InMemory(Time);
        Registry = new FaultRegistry(MemoryRegistry.Create(loggers: Logs, time: Time));
        _caller = new Lazy<MicroService>(() => Create(static options => options.Name("test.client").ClientOnly()));
    }

    /// <summary>The network of the services, with the faults of each node.</summary>
    public TestNetwork Network { get; }

    /// <summary>The registry of the services, in memory, with its faults.</summary>
    public FaultRegistry Registry { get; }

    /// <summary>The log entries of the services.</summary>
    public CapturingLoggerFactory Logs { get; } = new();

    /// <summary>The clock of services, registry and network.</summary>
    public TimeProvider Time { get; }

    /// <summary>A client of the host that finds all services, created at first use.</summary>
    public IMicroClient Client => _caller.Value.Client;

    /// <summary>Creates a service of this host, not started; the host disposes it.</summary>
    /// <param name="configure">Sets its options; those of the host are set already.</param>
    /// <exception cref="MicroConfigurationException">The options are invalid.</exception>
    public MicroService Create(Action<MicroServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var service = MicroService.Create(options =>
        {
            options.UseTestHost(this);
            configure(options);
        });

        // Invalid options are reported here and not at the first use.
        _ = service.Registry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _services.Push(service);
        }

        return service;
    }

    /// <summary>Creates a service, starts it and waits until it is registered. Starting one name several times creates several nodes.</summary>
    /// <param name="name">Name of the service.</param>
    /// <param name="addHandlers">Adds its handlers.</param>
    /// <param name="configure">Sets further options.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The service; the host stops it unless the test does.</returns>
    /// <exception cref="MicroConfigurationException">The options are invalid.</exception>
    /// <exception cref="TimeoutException">The service was not registered within 20 s.</exception>
    public async Task<MicroService> StartAsync(
        string name,
        Action<MicroService> addHandlers,
        Action<MicroServiceOptions>? configure = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(addHandlers);
        var service = Create(options =>
        {
            options.Name(name);
            configure?.Invoke(options);
        });
        addHandlers(service);
        await service.StartAsync(cancellationToken).ConfigureAwait(false);
        await Eventually.TrueAsync(() => service.Server.State == ServerState.Registered, $"'{name}' is registered").ConfigureAwait(false);
        return service;
    }

    /// <summary>Returns the faults between clients and the node of a started service.</summary>
    /// <param name="service">The service.</param>
    /// <exception cref="InvalidOperationException">The service is not started.</exception>
    public NodeFaults FaultsOf(MicroService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return service.Server.Record is { } record
            ? Network.Faults(record.Nodes[0].Address)
            : throw new InvalidOperationException($"service '{service.Name}' is not started: it has no address yet");
    }

    /// <summary>Waits until a number of nodes of a service are registered.</summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="nodes">The minimum number of nodes.</param>
    /// <param name="seconds">Longest wait in real time, in seconds.</param>
    /// <returns>Its nodes.</returns>
    /// <exception cref="TimeoutException">Fewer nodes were registered in time.</exception>
    public async Task<IReadOnlyList<Node>> WaitUntilRegisteredAsync(string service, int nodes = 1, int seconds = 20)
    {
        IReadOnlyList<Node> found = [];
        await Eventually.TrueAsync(
            async () => (found = await NodesAsync(service).ConfigureAwait(false)).Count >= nodes,
            $"{nodes} nodes of '{service}' are registered",
            seconds).ConfigureAwait(false);
        return found;
    }

    /// <summary>Waits until no node of a service is registered.</summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="seconds">Longest wait in real time, in seconds.</param>
    /// <exception cref="TimeoutException">A node was still registered.</exception>
    public Task WaitUntilGoneAsync(string service, int seconds = 20) => Eventually.TrueAsync(
        async () => (await NodesAsync(service).ConfigureAwait(false)).Count == 0, $"no node of '{service}' is registered", seconds);

    /// <summary>Waits until a matching entry was logged.</summary>
    /// <param name="condition">Returns <see langword="true"/> for the awaited entry.</param>
    /// <param name="what">The awaited condition, as it reads after "not within 20 s: ".</param>
    /// <param name="seconds">Longest wait in real time, in seconds.</param>
    /// <returns>The first matching entry.</returns>
    /// <exception cref="TimeoutException">No matching entry was logged in time.</exception>
    public async Task<CapturedLog> WaitUntilLoggedAsync(Func<CapturedLog, bool> condition, string what, int seconds = 20)
    {
        ArgumentNullException.ThrowIfNull(condition);
        CapturedLog? found = null;
        await Eventually.TrueAsync(() => (found = Logs.Entries.FirstOrDefault(condition)) is not null, what, seconds).ConfigureAwait(false);
        return found!;
    }

    /// <summary>Ends all faults, stops and disposes the services, newest first, then the registry. <see cref="Logs"/> stay.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        // A remaining fault must not delay the end of the test.
        Network.Heal();
        Registry.Heal();
        while (_services.TryPop(out var service))
        {
            await service.DisposeAsync().ConfigureAwait(false);
        }

        await Registry.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Reads the registered nodes, bypassing the faults of the registry.</summary>
    private async Task<IReadOnlyList<Node>> NodesAsync(string service)
    {
        try
        {
            return [.. (await Registry.Inner.GetServiceAsync(service).ConfigureAwait(false)).SelectMany(static record => record.Nodes)];
        }
        catch (ServiceNotFoundException)
        {
            return [];
        }
    }
}
