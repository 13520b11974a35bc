using System.Diagnostics.CodeAnalysis;
using Micro.Basics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry.Kit;

/// <summary>
/// What every registry does alike, for backends to derive from: it checks records, keeps operations on one node in order, tells
/// owners of lost registrations, shares one watch among all readers of a service, opens it again after failures, and turns what
/// the backend holds into events. A backend writes, removes, reads and follows records. Safe for concurrent use; the members that
/// a backend overrides must be so too.
/// </summary>
public abstract class RegistryBase : IRegistry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, string Id), HeldNode> _nodes = [];
    private readonly KeyedLock _turns = new();
    private readonly SkipLog _skips;
    private int _isDisposed;

    /// <summary>Creates the base. Does no input or output, and nor should a backend's constructor.</summary>
    /// <param name="name">Name by which flags choose the registry, such as <c>file</c>.</param>
    /// <param name="time">Clock and timers; <see langword="null"/> for the system's.</param>
    /// <param name="loggers">The logger factory; <see langword="null"/> for no logs.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    protected RegistryBase(string name, TimeProvider? time = null, ILoggerFactory? loggers = null)
        : this(name, time ?? TimeProvider.System, new SharedRandom(), (loggers ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Registry"))
    {
    }

    private protected RegistryBase(string name, TimeProvider time, Random random, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        (Time, Random, Logger) = (time, random, logger);
        _skips = new SkipLog(Time, (key, problem) => KitLog.RecordSkipped(Logger, key, Name, problem));
        Watches = new SharedWatches(service => new FollowedWatch(this, service));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public virtual string Location => "";

    /// <summary>Gets the clock.</summary>
    protected internal TimeProvider Time { get; }

    /// <summary>Gets the logger of the registry.</summary>
    protected internal ILogger Logger { get; }

    /// <summary>Gets the source that spreads pauses.</summary>
    internal Random Random { get; }

    /// <summary>Gets the running watches.</summary>
    internal SharedWatches Watches { get; }

    /// <inheritdoc/>
    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceRecordRules.ThrowIfInvalid(service);
        ThrowIfDisposed();
        string[] ids = [.. service.Nodes.Select(static node => node.Id)];

        // The signal is in place before the first write, so that no loss is missed in between.
        var signal = Hold(service.Name, ids[0]).Signals.Find(ids) ?? new LossSignal(ids);
        string? conflict = null;
        var wasRepaired = false;
        foreach (var node in service.Nodes)
        {
            await InTurnAsync(
                service.Name,
                node.Id,
                async token =>
                {
                    var held = Hold(service.Name, node.Id);
                    var losses = held.Losses;
                    held.Signals.Add(signal);
                    conflict = await WriteAsync(service with { Nodes = [node] }, options, token).ConfigureAwait(false) ?? conflict;
                    wasRepaired |= held.Losses != losses;
                    held.Renew(LifetimeOf(options));
                },
                cancellationToken).ConfigureAwait(false);
        }

        if (wasRepaired)
        {
            // The write found a loss and repaired it. Holders of the earlier registration know; this one begins anew.
            signal = new LossSignal(ids);
            Array.ForEach(ids, id => Hold(service.Name, id).Signals.Add(signal));
        }

        return new Registration(service, signal.Token) { ConflictingAddress = conflict };
    }

    /// <inheritdoc/>
    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        ThrowIfDisposed();
        Exception? first = null;
        foreach (var node in service.Nodes)
        {
            Release(service.Name, node.Id)?.Dispose();
            try
            {
                await InTurnAsync(
                    service.Name,
                    node.Id,
                    async token =>
                    {
                        Release(service.Name, node.Id)?.Dispose(); // a write that had its turn before
                        await RemoveAsync(service with { Nodes = [node] }, token).ConfigureAwait(false);
                    },
                    cancellationToken).ConfigureAwait(false);
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

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        ThrowIfDisposed();
        var read = await GuardAsync(() => ReadAsync(name, cancellationToken)).ConfigureAwait(false);
        return Valid(name, read).Records is { Count: > 0 } records ? records : throw new ServiceNotFoundException(Name, name);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        var read = await GuardAsync(() => ListAsync(cancellationToken)).ConfigureAwait(false);
        return
        [
            .. read.Where(record => IsValid(null, record))
                .DistinctBy(static record => (record.Name, record.Version))
                .OrderBy(static record => record.Name, StringComparer.Ordinal)
                .ThenBy(static record => record.Version, StringComparer.Ordinal),
        ];
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default)
    {
        if (!string.IsNullOrEmpty(service))
        {
            ServiceRecordRules.ThrowIfInvalidName(service);
        }

        ThrowIfDisposed();
        return Watches.ReadAsync(string.IsNullOrEmpty(service) ? null : service, cancellationToken);
    }

    /// <summary>Ends the watches and what the backend holds (<see cref="DisposeBackendAsync"/>); registered nodes stay until they expire.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await Watches.DisposeAsync().ConfigureAwait(false);
        HeldNode[] held;
        lock (_gate)
        {
            held = [.. _nodes.Values];
            _nodes.Clear();
        }

        foreach (var node in held)
        {
            node.Dispose();
        }

        await DisposeBackendAsync().ConfigureAwait(false);
        foreach (var node in held)
        {
            node.Signals.Fire(Logger);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Stores or renews the record of one node. Called in turn for each node, and again for every heartbeat.</summary>
    /// <param name="record">A valid record with exactly one node.</param>
    /// <param name="options">Its lifetime.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The address from which another process had registered the same node id; <see langword="null"/> without a conflict.</returns>
    protected abstract Task<string?> WriteAsync(ServiceRecord record, RegisterOptions options, CancellationToken cancellationToken);

    /// <summary>Removes the record of one node; one that is not there is no error.</summary>
    /// <param name="record">A record with exactly one node, of which the name and the node's id count.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    protected abstract Task RemoveAsync(ServiceRecord record, CancellationToken cancellationToken);

    /// <summary>Reads the live nodes of a service. Order and grouping do not matter; records that break the rules are skipped.</summary>
    /// <param name="service">A valid name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The records; empty if the service has no live nodes.</returns>
    protected abstract Task<IReadOnlyCollection<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken);

    /// <summary>Reads the names of all services, in any order; the other fields of the records may be empty.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    protected abstract Task<IReadOnlyCollection<ServiceRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Follows a service, or all of them: hands the present state to <see cref="RegistryView.Replace"/>, then every change to the
    /// view, until it is cancelled. An exception or an end opens it again after a growing pause, at most 30 s; readers keep what they
    /// know meanwhile. Runs once for each service however many read it, and only while somebody does.
    /// </summary>
    /// <param name="service">A valid name; <see langword="null"/> for all services.</param>
    /// <param name="view">Takes the state and the changes.</param>
    /// <param name="cancellationToken">Cancelled when the last reader has left or the registry is disposed.</param>
    protected internal abstract Task FollowAsync(string? service, RegistryView view, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the time after which a node that nobody renewed is lost; zero for never, for a backend that keeps its nodes alive by
    /// itself or notices their end. By default the lifetime that was asked for.
    /// </summary>
    /// <param name="options">The options of the registration.</param>
    protected virtual TimeSpan LifetimeOf(RegisterOptions options) => options.Ttl;

    /// <summary>
    /// Turns an exception of the backend's client into one that <see cref="IRegistry"/> promises. By default exceptions stay as they
    /// are.
    /// </summary>
    /// <param name="error">The exception thrown by the backend.</param>
    protected internal virtual Exception Translate(Exception error) => error;

    /// <summary>Releases what the backend holds, once. By default nothing.</summary>
    protected virtual ValueTask DisposeBackendAsync() => default;

    /// <summary>
    /// Tells the owner that a registered node is gone although nobody withdrew it. A node that is not renewed within its lifetime is
    /// lost without this call.
    /// </summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="nodeId">Id of the node.</param>
    protected void Lose(string service, string nodeId)
    {
        HeldNode? held;
        lock (_gate)
        {
            held = _nodes.GetValueOrDefault((service, nodeId));
        }

        if (held is not null)
        {
            held.CountLoss();
            held.Signals.Fire(Logger);
        }
    }

    /// <summary>Checks a record that was read; one that breaks <see cref="ServiceRecordRules"/> is logged, once.</summary>
    /// <param name="record">The record; <see langword="null"/> is not valid.</param>
    protected bool IsValid([NotNullWhen(true)] ServiceRecord? record) => record is not null && IsValid(null, record);

    /// <summary>Returns the pause before a watch that failed is opened again.</summary>
    /// <param name="error">The error, as <see cref="Translate"/> returned it.</param>
    /// <param name="failures">Number of failures in a row, at least 1.</param>
    internal virtual TimeSpan WatchPause(Exception error, int failures) => error switch
    {
        RegistryDeniedException => Jitter.Extend(LongestPause, Random),
        RegistryUnavailableException { RetryAfter: { } wait } => Jitter.Extend(wait, Random),
        _ => Jitter.Backoff(FirstPause, LongestPause, failures, Random),
    };

    /// <summary>Waits before the pause of a watch that failed, for a backend that knows when its server can be reached.</summary>
    internal virtual Task WaitUntilReachableAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns the records that keep the rules, put together by service and version; the others are logged.</summary>
    internal RecordSet Valid(string? service, IEnumerable<ServiceRecord> records) => RecordSet.Create(records.Where(record => IsValid(service, record)));

    /// <summary>Checks a record that was read; one that breaks the rules is logged.</summary>
    internal bool IsValid(string? service, ServiceRecord record)
    {
        if (service is not null && !string.Equals(service, record.Name, StringComparison.Ordinal))
        {
            return false;
        }

        if (!ServiceRecordRules.TryValidate(record, out var problem))
        {
            _skips.Skip(record.Name, problem);
            return false;
        }

        foreach (var node in record.Nodes)
        {
            if (!ServiceRecordRules.TryValidate(node, out problem))
            {
                _skips.Skip($"{record.Name}/{node.Id}", problem);
                return false;
            }
        }

        return true;
    }

    private HeldNode Hold(string service, string id)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (!_nodes.TryGetValue((service, id), out var held))
            {
                _nodes.Add((service, id), held = new HeldNode(Time, expired => OnExpired(service, id, expired)));
            }

            return held;
        }
    }

    private void OnExpired(string service, string id, HeldNode held)
    {
        KitLog.NodeExpired(Logger, id, service, Name, held.Lifetime);
        held.Signals.Fire(Logger);
    }

    private HeldNode? Release(string service, string id)
    {
        lock (_gate)
        {
            return _nodes.Remove((service, id), out var held) ? held : null;
        }
    }

    private Task<bool> InTurnAsync(string service, string id, Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        _turns.RunAsync(
            $"{service}\n{id}",
            () => GuardAsync(async () =>
            {
                await work(cancellationToken).ConfigureAwait(false);
                return true;
            }),
            cancellationToken);

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ObjectDisposedException && Volatile.Read(ref _isDisposed) == 1)
        {
            throw new ObjectDisposedException($"the registry {Name} was disposed during the call", exception);
        }
        catch (Exception exception)
        {
            var translated = Translate(exception);
            if (ReferenceEquals(translated, exception))
            {
                throw;
            }

            throw translated;
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) == 1, this);
}
