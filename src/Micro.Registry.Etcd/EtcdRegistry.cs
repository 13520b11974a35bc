using System.Runtime.CompilerServices;
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
internal sealed partial class EtcdRegistry : IRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeState> _nodes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disposed = new();
    private readonly EtcdRegistryOptions _options;
    private readonly EtcdApi _api;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly RecordReader _reader;
    private readonly LeaseKeeper _keeper;
    private readonly NodeRegistrar _registrar;
    private volatile bool _isDisposed;

    public EtcdRegistry(EtcdRegistryOptions options, EtcdApi api, TimeProvider time, Random random, ILogger logger)
    {
        _options = options;
        _api = api;
        _time = time;
        _random = random;
        _logger = logger;
        Skipped = SkipsTo(logger, time);
        _reader = new RecordReader(options, Skipped);
        _keeper = new LeaseKeeper(api, options.Timeout, time, random, logger);
        _registrar = new NodeRegistrar(api, _keeper, options.RenewalLimit, time, logger);
    }

    public string Name => "etcd";

    public string Location => $"{SecretText.WithoutSecrets(string.Join(',', _options.Addresses.DefaultIfEmpty("127.0.0.1:2379")))}, prefix {_options.Prefix}";

    /// <summary>Gets the values that could not be used; for diagnosis and tests.</summary>
    internal SkipLog Skipped { get; }

    /// <summary>Gets the number of leases that are renewed; for diagnosis and tests.</summary>
    internal int KeptLeases => _keeper.Count;

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceRecordRules.ThrowIfInvalid(service);
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        // The signal is in place before the first write, so that no loss is missed in between.
        var signal = FindSignal(service);
        string? conflict = null;
        foreach (var node in service.Nodes)
        {
            await WithNodeAsync(
                service.Name,
                node.Id,
                async (state, token) =>
                {
                    conflict = await _registrar.AssertAsync(state, service with { Nodes = [node] }, options.Ttl, token) ?? conflict;
                    state.Signals.Add(signal);
                },
                cancellationToken);
        }

        return new Registration(service, signal.Token) { ConflictingAddress = conflict };
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Exception? first = null;
        foreach (var node in service.Nodes)
        {
            try
            {
                await WithNodeAsync(
                    service.Name,
                    node.Id,
                    async (state, token) =>
                    {
                        Forget(service.Name, node.Id, state);
                        await _registrar.WithdrawAsync(state, node, token);
                    },
                    cancellationToken);
            }
            catch (RegistryException exception)
            {
                first ??= exception; // withdraw the other nodes first
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        var records = await ReadAsync(name, cancellationToken);
        return records.Count > 0 ? records : throw new ServiceNotFoundException(Name, name);
    }

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) => ReadAsync(null, cancellationToken);

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(
        string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var watch = new EtcdWatch(_api, _options, _reader, service, _time, _random, _logger);
        var running = Task.Run(() => watch.RunAsync(stop.Token), CancellationToken.None);
        try
        {
            await WaitForListAsync(watch, cancellationToken);
            await foreach (var change in watch.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await running;

            // A reader that left early has not observed the failure of the first list.
            await watch.Listed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        NodeState[] nodes;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            nodes = [.. _nodes.Values];
            _nodes.Clear();
        }

        // The source itself is not disposed: watches that end now still look at its token.
        await _disposed.CancelAsync();

        // Registered nodes expire with their leases.
        await _keeper.DisposeAsync();
        await _api.DisposeAsync();
        foreach (var node in nodes)
        {
            node.Signals.Fire();
        }
    }

    /// <summary>Creates the log of values that cannot be used.</summary>
    internal static SkipLog SkipsTo(ILogger logger, TimeProvider time) => new(time, (key, problem) => Log.ValueSkipped(logger, key, problem));

    private static string[] Ids(ServiceRecord service) => [.. service.Nodes.Select(node => node.Id)];

    private static string KeyOf(string service, string id) => $"{service}\n{id}";

    private async Task WaitForListAsync(EtcdWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await watch.Listed.WaitAsync(cancellationToken);
        }
        catch (RpcException exception)
        {
            throw EtcdErrors.ToRegistryError(exception, _api.RetryAfter(exception));
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The registry was disposed: the reader gets the end of the watch.
        }
    }

    private LossSignal FindSignal(ServiceRecord service)
    {
        var ids = Ids(service);
        lock (_gate)
        {
            return (_nodes.TryGetValue(KeyOf(service.Name, ids[0]), out var state) ? state.Signals.Find(ids) : null) ?? new LossSignal(ids);
        }
    }

    private async Task<IReadOnlyList<ServiceRecord>> ReadAsync(string? name, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            var records = new KeyedRecords(_reader, name);
            foreach (var prefix in _options.ForeignPrefixes.Prepend(_options.Prefix))
            {
                foreach (var pair in (await _api.ListAsync(EtcdKeys.Service(prefix, name), cancellationToken)).Pairs)
                {
                    records.Add(pair);
                }
            }

            return records.ToSet().Records;
        }
        catch (RpcException exception)
        {
            throw EtcdErrors.ToRegistryError(exception, _api.RetryAfter(exception));
        }
    }

    /// <summary>Runs work for one node, one at a time, and translates the errors of etcd.</summary>
    private async Task WithNodeAsync(
        string service, string id, Func<NodeState, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = Find(service, id);
            await state.Gate.WaitAsync(cancellationToken);
            try
            {
                if (state.IsWithdrawn)
                {
                    continue; // withdrawn while this caller waited: start with a new state
                }

                await work(state, cancellationToken);
                return;
            }
            catch (RpcException exception)
            {
                throw EtcdErrors.ToRegistryError(exception, _api.RetryAfter(exception));
            }
            finally
            {
                state.Gate.Release();
            }
        }
    }

    private NodeState Find(string service, string id)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_nodes.TryGetValue(KeyOf(service, id), out var state))
            {
                state = new NodeState(EtcdKeys.Node(_options.Prefix, service, id));
                _nodes.Add(KeyOf(service, id), state);
            }

            return state;
        }
    }

    private void Forget(string service, string id, NodeState state)
    {
        state.IsWithdrawn = true;
        lock (_gate)
        {
            _nodes.Remove(KeyOf(service, id));
        }
    }
}
