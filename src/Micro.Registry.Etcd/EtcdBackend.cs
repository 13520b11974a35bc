using System.Collections.Concurrent;
using Grpc.Core;
using Micro.Basics;
using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Leases;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Etcd.Watching;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd;

/// <summary>Records in an etcd cluster: one key with a lease of its own per node, as go-micro writes them.</summary>
internal sealed partial class EtcdBackend : RegistryBase
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<(string Service, string Id), NodeState> _nodes = new();
    private readonly EtcdRegistryOptions _options;
    private readonly EtcdApi _api;
    private readonly RecordReader _reader;
    private readonly LeaseKeeper _keeper;
    private readonly NodeRegistrar _registrar;

    public EtcdBackend(EtcdRegistryOptions options, EtcdApi api, TimeProvider time, Random random, ILogger logger)
        : base("etcd", time, random, logger)
    {
        _options = options;
        _api = api;
        Skipped = SkipsTo(logger, time);
        _reader = new RecordReader(options, Skipped);
        _keeper = new LeaseKeeper(api, options.Timeout, time, random, logger);
        _registrar = new NodeRegistrar(api, _keeper, options.RenewalLimit, time, logger);
    }

    public override string Location => $"{SecretText.WithoutSecrets(string.Join(',', _options.Addresses.DefaultIfEmpty("127.0.0.1:2379")))}, prefix {_options.Prefix}";

    /// <summary>Gets the values that could not be used; for diagnosis and tests.</summary>
    internal SkipLog Skipped { get; }

    /// <summary>Gets the number of leases that are renewed; for diagnosis and tests.</summary>
    internal int KeptLeases => _keeper.Count;

    /// <summary>Creates the log of values that cannot be used.</summary>
    internal static SkipLog SkipsTo(ILogger logger, TimeProvider time) => new(time, (key, problem) => Log.ValueSkipped(logger, key, problem));

    /// <summary>The lease keeper renews leases by itself and reports those that end.</summary>
    protected override TimeSpan LifetimeOf(RegisterOptions options) => TimeSpan.Zero;

    protected override Task<string?> WriteAsync(ServiceRecord record, RegisterOptions options, CancellationToken cancellationToken)
    {
        var (service, id) = (record.Name, record.Nodes[0].Id);
        var state = _nodes.GetOrAdd((service, id), _ => new NodeState(EtcdKeys.Node(_options.Prefix, service, id), () => Lose(service, id)));
        return _registrar.AssertAsync(state, record, options.Ttl, cancellationToken);
    }

    protected override Task RemoveAsync(ServiceRecord record, CancellationToken cancellationToken)
    {
        var (service, node) = (record.Name, record.Nodes[0]);
        var state = _nodes.TryRemove((service, node.Id), out var known) ? known : new NodeState(EtcdKeys.Node(_options.Prefix, service, node.Id), static () => { });
        return _registrar.WithdrawAsync(state, node, cancellationToken);
    }

    protected override Task<IReadOnlyCollection<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken) =>
        ReadRecordsAsync(service, cancellationToken);

    protected override Task<IReadOnlyCollection<ServiceRecord>> ListAsync(CancellationToken cancellationToken) => ReadRecordsAsync(null, cancellationToken);

    protected internal override Task FollowAsync(string? service, RegistryView view, CancellationToken cancellationToken) =>
        new EtcdWatch(_api, _options, _reader, service, view, Time, Random, Logger).RunAsync(cancellationToken);

    protected internal override Exception Translate(Exception error) =>
        error is RpcException exception ? EtcdErrors.ToRegistryError(exception, _api.RetryAfter(exception)) : error;

    /// <summary>Registered nodes expire with their leases.</summary>
    protected override async ValueTask DisposeBackendAsync()
    {
        await _keeper.DisposeAsync().ConfigureAwait(false);
        await _api.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The search for a member has its own pauses, so those of a watch stay short.</summary>
    internal override TimeSpan WatchPause(Exception error, int failures) =>
        error is RegistryDeniedException ? base.WatchPause(error, failures) : Jitter.Backoff(FirstPause, LongestPause, failures, Random);

    internal override Task WaitUntilReachableAsync(CancellationToken cancellationToken) => _api.FindMemberAsync(cancellationToken);

    private async Task<IReadOnlyCollection<ServiceRecord>> ReadRecordsAsync(string? service, CancellationToken cancellationToken)
    {
        var records = new KeyedRecords(_reader, service);
        foreach (var prefix in _options.ForeignPrefixes.Prepend(_options.Prefix))
        {
            foreach (var pair in (await _api.ListAsync(EtcdKeys.Service(prefix, service), cancellationToken).ConfigureAwait(false)).Pairs)
            {
                records.Add(pair);
            }
        }

        return records.ToSet().Records;
    }
}
