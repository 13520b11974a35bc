using Micro.Registry.Kit;

namespace Micro.Registry.Composite;

/// <summary>
/// Several registries as one: registers in all, finds what any of them holds. One that is down hides nothing of the others.
/// </summary>
internal sealed partial class CompositeRegistry : IRegistry, IOpenRegistry
{
    private readonly CancellationTokenSource _disposed = new();
    private readonly CompositeContext _context;
    private readonly LeaseTable _leases;
    private readonly SharedWatches _watches;
    private int _isDisposed;

    public CompositeRegistry(CompositeContext context)
    {
        _context = context;
        _leases = new LeaseTable(context, _disposed.Token);
        _watches = new SharedWatches(service => new CompositeWatch(service, context));
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

        // The source itself is not disposed: watches that end now still look at its token.
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _watches.DisposeAsync().ConfigureAwait(false);
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

    private IReadOnlyList<ServiceRecord>? Recall(int member, string service) =>
        _watches.Running.Cast<CompositeWatch>().Select(watch => watch.Recall(member, service)).FirstOrDefault(static known => known is not null);

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
