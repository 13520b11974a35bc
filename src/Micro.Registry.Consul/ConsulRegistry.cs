using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Registering;
using Micro.Registry.Consul.Settings;
using Micro.Registry.Consul.Watching;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul;

/// <summary>The registry of Consul agents: registrations live on an agent, reads come from the catalogue.</summary>
internal sealed partial class ConsulRegistry : IRegistry
{
    private readonly ConsulHttp _http;
    private readonly ConsulApi _api;
    private readonly HealthReader _reader;
    private readonly Registrar _registrar;
    private readonly SharedWatches _watches;
    private int _isDisposed;

    public ConsulRegistry(ConsulSettings settings, TimeProvider time, Random random, ILogger logger)
    {
        _http = new ConsulHttp(settings, time, random, logger);
        _api = new ConsulApi(settings, _http, time);
        _reader = new HealthReader(settings.Options, SkipsTo(logger, time));
        _registrar = new Registrar(settings, _api, time, logger);
        Location = string.Join(',', settings.Agents.Select(static agent => agent.Authority));
        var (slots, pace) = (new BlockingSlots(), new WatchPace(time, random));
        _watches = new SharedWatches(service => service is null
            ? new CatalogWatch(_api, _watches!, slots, pace, logger)
            : new ServiceWatch(service, _api, _reader, slots, pace, logger));
    }

    public string Name => "consul";

    public string Location { get; }

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceRecordRules.ThrowIfInvalid(service);
        ThrowIfDisposed();
        return await GuardAsync(() => _registrar.RegisterAsync(service, options.Ttl, cancellationToken)).ConfigureAwait(false);
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        ThrowIfDisposed();
        await GuardAsync(async () =>
        {
            await _registrar.DeregisterAsync(service, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        ThrowIfDisposed();
        var answer = await GuardAsync(() => _api.HealthAsync(name, ReadMode.Lookup, 0, cancellationToken)).ConfigureAwait(false);
        var found = _reader.Read(name, answer.Value).Records;
        return found.Count > 0 ? found : throw new ServiceNotFoundException(Name, name);
    }

    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        var answer = await GuardAsync(() => _api.CatalogAsync(ReadMode.Lookup, 0, cancellationToken)).ConfigureAwait(false);
        return [.. answer.Value.Select(name => new ServiceRecord { Name = name })];
    }

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default)
    {
        if (!string.IsNullOrEmpty(service))
        {
            ServiceRecordRules.ThrowIfInvalidName(service);
        }

        ThrowIfDisposed();
        return _watches.ReadAsync(string.IsNullOrEmpty(service) ? null : service, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _watches.DisposeAsync().ConfigureAwait(false);
        _registrar.Dispose();
        _http.Dispose();
    }

    /// <summary>Creates the log of entries that cannot be used.</summary>
    internal static SkipLog SkipsTo(ILogger logger, TimeProvider time) => new(time, (entry, problem) => Log.EntrySkipped(logger, entry, problem));

    /// <summary>A request that disposal cuts off ends like any other call of a disposed registry.</summary>
    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ObjectDisposedException && Volatile.Read(ref _isDisposed) == 1)
        {
            throw new ObjectDisposedException("the Consul registry was disposed during the call", exception);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) == 1, this);
}
