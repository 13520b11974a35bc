using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Registering;
using Micro.Registry.Consul.Settings;
using Micro.Registry.Consul.Watching;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul;

/// <summary>The registry of Consul agents: registrations live on an agent, reads come from the catalogue.</summary>
internal sealed partial class ConsulBackend : RegistryBase
{
    private readonly ConsulSettings _settings;
    private readonly ConsulHttp _http;
    private readonly ConsulApi _api;
    private readonly HealthReader _reader;
    private readonly Registrar _registrar;
    private readonly BlockingSlots _slots = new();
    private readonly WatchPace _pace;

    public ConsulBackend(ConsulSettings settings, TimeProvider time, Random random, ILogger logger)
        : base("consul", time, random, logger)
    {
        _settings = settings;
        _http = new ConsulHttp(settings, time, random, logger);
        _api = new ConsulApi(settings, _http, time);
        _reader = new HealthReader(settings.Options, SkipsTo(logger, time));
        _registrar = new Registrar(settings, _api, Lose, time, logger);
        _pace = new WatchPace(time, random);
    }

    public override string Location => string.Join(',', _settings.Agents.Select(static agent => agent.Authority));

    /// <summary>Creates the log of entries that cannot be used.</summary>
    internal static SkipLog SkipsTo(ILogger logger, TimeProvider time) => new(time, (entry, problem) => Log.EntrySkipped(logger, entry, problem));

    /// <summary>Consul ends a node with a TTL check that nobody passes; other checks it makes by itself.</summary>
    protected override TimeSpan LifetimeOf(RegisterOptions options) =>
        CheckDefinitions.IsTtl(_settings.Options, options.Ttl) ? options.Ttl : TimeSpan.Zero;

    protected override Task<string?> WriteAsync(ServiceRecord record, RegisterOptions options, CancellationToken cancellationToken) =>
        _registrar.AssertAsync(record, options.Ttl, cancellationToken);

    protected override Task RemoveAsync(ServiceRecord record, CancellationToken cancellationToken) => _registrar.WithdrawAsync(record, cancellationToken);

    protected override async Task<IReadOnlyCollection<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken) =>
        _reader.Read(service, (await _api.HealthAsync(service, ReadMode.Lookup, 0, cancellationToken).ConfigureAwait(false)).Value).Records;

    protected override async Task<IReadOnlyCollection<ServiceRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await _api.CatalogAsync(ReadMode.Lookup, 0, cancellationToken).ConfigureAwait(false);
        return [.. answer.Value.Select(name => new ServiceRecord { Name = name })];
    }

    protected internal override Task FollowAsync(string? service, RegistryView view, CancellationToken cancellationToken) =>
        service is null
            ? new CatalogFollower(_api, Watches, view, _slots, _pace, Logger).RunAsync(cancellationToken)
            : new WatchLoop<List<HealthEntry?>>(
                service,
                (index, token) => _api.HealthAsync(service, ReadMode.Watch, index, token),
                (entries, _) =>
                {
                    view.Publish(_reader.Read(service, entries));
                    return Task.CompletedTask;
                },
                view.Fail,
                _slots,
                _pace,
                Logger).RunAsync(cancellationToken);

    protected override ValueTask DisposeBackendAsync()
    {
        _http.Dispose();
        return default;
    }
}
