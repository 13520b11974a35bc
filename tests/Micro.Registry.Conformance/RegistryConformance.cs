using System.Diagnostics;

namespace Micro.Registry.Conformance;

/// <summary>
/// What every registry must do. A backend derives one class from it in its own test project and overrides the hooks;
/// each rule is a case named after its id. Service names are unique per test, so a shared server is fine.
/// </summary>
public abstract partial class RegistryConformance : IAsyncLifetime
{
    private readonly List<(IRegistry Registry, ServiceRecord Service)> _registered = [];
    private readonly List<IRegistry> _registries = [];
    private IRegistry? _registry;

    /// <summary>The registry under test.</summary>
    protected IRegistry Registry => _registry!;

    /// <summary>Why this backend cannot be tested here, or <see langword="null"/>.</summary>
    protected virtual string? SkipReason => null;

    /// <summary>How long a change may take to be seen, in real time.</summary>
    protected virtual TimeSpan Visibility => TimeSpan.FromSeconds(20);

    /// <summary>The shortest lifetime the backend keeps exactly enough.</summary>
    protected virtual TimeSpan ShortTtl => TimeSpan.FromSeconds(3);

    /// <summary>Whether a node that is not renewed goes away.</summary>
    protected virtual bool Expires => true;

    /// <summary>Whether the backend keeps metadata of the service itself.</summary>
    protected virtual bool KeepsServiceMetadata => true;

    /// <summary>How many changes a watch that is not read gets; more than its buffer holds, where that is feasible.</summary>
    protected virtual int BurstSize => 200;

    /// <summary>Makes a registry; it does no input or output yet.</summary>
    protected abstract Task<IRegistry> CreateAsync();

    /// <summary>Makes another registry over the same store, as a second process would; the same object where there is no store outside.</summary>
    protected abstract Task<IRegistry> CreatePeerAsync();

    /// <summary>Lets a little time pass while a test waits; moves the clock where it is fake.</summary>
    protected virtual Task LetTimePassAsync() => Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);

    public async Task InitializeAsync()
    {
        if (SkipReason is null)
        {
            _registry = Own(await CreateAsync());
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var (registry, service) in _registered)
        {
            try
            {
                await registry.DeregisterAsync(service);
            }
            catch (ObjectDisposedException)
            {
                // The test disposed it; what is left expires.
            }
        }

        foreach (var registry in _registries)
        {
            await registry.DisposeAsync();
        }
    }

    protected static string NewName() => "conformance-" + Guid.NewGuid().ToString("N")[..12];

    protected static Node NodeOf(string id, int port = 8080, string host = "127.0.0.1") =>
        new() { Id = id, Address = NodeAddress.Format(host, port), Metadata = new Dictionary<string, string> { ["protocol"] = "mucp" } };

    protected static ServiceRecord RecordOf(string name, string version, params string[] ids) => new()
    {
        Name = name,
        Version = version,
        Endpoints = [EndpointOf("Greeter.Hello")],
        Nodes = [.. ids.Select((id, index) => NodeOf(id, 8080 + index))],
    };

    protected static Endpoint EndpointOf(string name) => new()
    {
        Name = name,
        Request = new Value { Name = "Request", Type = "Request", Values = [new Value { Name = "name", Type = "string" }] },
        Response = new Value { Name = "Response", Type = "Response", Values = [new Value { Name = "msg", Type = "string" }] },
        Metadata = new Dictionary<string, string> { ["idempotent"] = "true" },
    };

    protected Task<Registration> RegisterAsync(ServiceRecord service, TimeSpan? ttl = null, IRegistry? registry = null)
    {
        _registered.Add((registry ?? Registry, service));
        return (registry ?? Registry).RegisterAsync(service, new RegisterOptions { Ttl = ttl ?? TimeSpan.FromMinutes(5) });
    }

    protected WatchProbe Watch(string? service, IRegistry? registry = null) => new(registry ?? Registry, service, LetTimePassAsync, Visibility);

    protected async Task<IRegistry> PeerAsync() => Own(await CreatePeerAsync());

    protected void SkipUnlessAvailable() => Skip.If(SkipReason is not null, SkipReason);

    protected async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Visibility)
            {
                throw new TimeoutException($"not within {Visibility}: {what}");
            }

            await LetTimePassAsync();
        }
    }

    /// <summary>The service as a registry sees it; empty when it does not.</summary>
    protected async Task<IReadOnlyList<ServiceRecord>> ReadAsync(string name, IRegistry? registry = null)
    {
        try
        {
            return await (registry ?? Registry).GetServiceAsync(name);
        }
        catch (ServiceNotFoundException)
        {
            return [];
        }
    }

    protected async Task<IReadOnlyList<ServiceRecord>> ReadUntilAsync(
        string name, Func<IReadOnlyList<ServiceRecord>, bool> condition, string what, IRegistry? registry = null)
    {
        IReadOnlyList<ServiceRecord> records = [];
        await EventuallyAsync(async () => condition(records = await ReadAsync(name, registry)), what);
        return records;
    }

    protected static IEnumerable<string> Ids(IEnumerable<ServiceRecord> records) =>
        records.SelectMany(record => record.Nodes).Select(node => node.Id);

    private IRegistry Own(IRegistry registry)
    {
        if (!_registries.Contains(registry))
        {
            _registries.Add(registry);
        }

        return registry;
    }
}
