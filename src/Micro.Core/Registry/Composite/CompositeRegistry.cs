using System.Runtime.CompilerServices;

namespace Micro.Registry.Composite;

/// <summary>
/// Several registries as one: registers in all, finds what any of them holds. One that is down hides nothing of the others.
/// </summary>
internal sealed partial class CompositeRegistry : IRegistry, IOpenRegistry
{
    private readonly Lock _gate = new();
    private readonly List<CompositeWatch> _watches = [];
    private readonly CancellationTokenSource _disposed = new();
    private readonly CompositeContext _context;
    private readonly LeaseTable _leases;
    private int _isDisposed;

    public CompositeRegistry(CompositeContext context)
    {
        _context = context;
        _leases = new LeaseTable(context, _disposed.Token);
    }

    public string Name => _context.Name;

    public string Location => string.Join("; ", _context.Members.Select(static member => member.Location.Length > 0 ? $"{member.Name} at {member.Location}" : member.Name));

    public bool IsOpen => _context.Members.Any(static member => member is IOpenRegistry { IsOpen: true });

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalid(service);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfDisposed();
        return await GuardAsync(() => _leases.Hold(service).AssertAsync(service, options, cancellationToken)).ConfigureAwait(false);
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        ThrowIfDisposed();
        var leases = _leases.Withdraw(service);
        await GuardAsync(async () =>
        {
            var answers = await AskAsync((index, token) => WithdrawAsync(index, leases, service, token), static _ => false, cancellationToken).ConfigureAwait(false);
            ThrowIfAny(MemberFailures.Of(_context, answers));
            return true;
        }).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        ServiceRecordRules.ThrowIfInvalidName(name);
        ThrowIfDisposed();
        return await GuardAsync(() => FindAsync(name, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return await GuardAsync(() => ListAsync(cancellationToken)).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(
        string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!string.IsNullOrEmpty(service))
        {
            ServiceRecordRules.ThrowIfInvalidName(service);
        }

        ThrowIfDisposed();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var watch = new CompositeWatch(service, _context);
        lock (_gate)
        {
            _watches.Add(watch);
        }

        var running = watch.RunAsync(stop.Token);
        try
        {
            var events = watch.ReadAllAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
            await using (events.ConfigureAwait(false))
            {
                while (await MovesAsync(events, cancellationToken).ConfigureAwait(false))
                {
                    yield return events.Current;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _watches.Remove(watch);
            }

            // A member that ignores its token must not keep the reader.
            await stop.CancelAsync().ConfigureAwait(false);
            await running.WaitAsync(CompositeContext.Patience, _context.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        // The source itself is not disposed: watches that end now still look at its token.
        await _disposed.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_context.Members.Select(static async member => await member.DisposeAsync().ConfigureAwait(false))).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<ServiceRecord>> FindInAsync(IRegistry member, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await member.GetServiceAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceNotFoundException)
        {
            return [];
        }
    }

    private Task<MemberAnswer<T>[]> AskAsync<T>(
        Func<int, CancellationToken, Task<T>> ask, Func<T, bool> isEnough, CancellationToken cancellationToken) =>
        MemberRound.AskAsync(_context, ask, isEnough, cancellationToken);

    private async Task<IReadOnlyList<ServiceRecord>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var answers = await AskAsync(
            (index, token) => FindInAsync(_context.Members[index], name, token), static found => found.Count > 0, cancellationToken).ConfigureAwait(false);

        // What a silent member was last known to hold comes after what the others say now.
        var said = answers.Where(static answer => answer.Error is null).Select(static answer => answer.Value!);
        var recalled = answers.Select((answer, index) => answer.Error is null ? null : Recall(index, name)).OfType<IReadOnlyList<ServiceRecord>>();
        var found = MergedRecords.Of(said.Concat(recalled)).Records;
        var failures = MemberFailures.Of(_context, answers);
        if (found.Count == 0 || failures.Count == answers.Length)
        {
            // Who did not answer may know it: nobody knows it only when all did.
            ThrowIfAny(failures);
            throw new ServiceNotFoundException(Name, name);
        }

        SayIfInPart(failures);
        return found;
    }

    private async Task<IReadOnlyList<ServiceRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var answers = await AskAsync(
            (index, token) => _context.Members[index].ListServicesAsync(token), static found => found.Count > 0, cancellationToken).ConfigureAwait(false);
        var found = MergedRecords.Names([.. answers.Where(static answer => answer.Error is null).Select(static answer => answer.Value!)]);
        var failures = MemberFailures.Of(_context, answers);
        if (found.Count == 0)
        {
            ThrowIfAny(failures);
        }

        SayIfInPart(failures);
        return found;
    }

    private async Task<bool> WithdrawAsync(int index, IReadOnlyList<CompositeLease> leases, ServiceRecord service, CancellationToken cancellationToken)
    {
        var entered = 0;
        try
        {
            // A write on its way would bring back what is withdrawn.
            for (; entered < leases.Count; entered++)
            {
                await leases[entered].Member(index).EnterAsync(cancellationToken).ConfigureAwait(false);
            }

            await _context.Members[index].DeregisterAsync(service, cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            while (entered > 0)
            {
                leases[--entered].Member(index).Exit();
            }
        }
    }

    private IReadOnlyList<ServiceRecord>? Recall(int member, string service)
    {
        lock (_gate)
        {
            return _watches.Select(watch => watch.Recall(member, service)).FirstOrDefault(static known => known is not null);
        }
    }

    private void ThrowIfAny(IReadOnlyList<(string Member, Exception Error)> failures)
    {
        if (failures.Count > 0)
        {
            throw MemberFailures.Combine(Name, failures);
        }
    }

    private void SayIfInPart(IReadOnlyList<(string Member, Exception Error)> failures)
    {
        if (failures.Count > 0)
        {
            Log.ReadInPart(_context.Logger, Name, MemberFailures.Combine(Name, failures).Message);
        }
    }

    /// <summary>Moves on; false when the registry was disposed meanwhile, which ends a watch without an error.</summary>
    private async Task<bool> MovesAsync(IAsyncEnumerator<RegistryEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("the watch was cancelled", exception, cancellationToken);
        }
        catch (Exception) when (_disposed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A call that disposal cuts off ends like any other call of a disposed registry.</summary>
    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ObjectDisposedException && Volatile.Read(ref _isDisposed) == 1)
        {
            throw new ObjectDisposedException("the registry was disposed during the call", exception);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) == 1, this);
}
