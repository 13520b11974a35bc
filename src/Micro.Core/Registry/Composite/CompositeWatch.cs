using Micro.Registry.Kit;

namespace Micro.Registry.Composite;

/// <summary>
/// One running watch over all members. Keeps what each member holds; its reader is told how the union of that changes, so
/// a node is gone when no member lists it any more.
/// </summary>
internal sealed class CompositeWatch
{
    private const int Capacity = 1024;
    private readonly Lock _gate = new();
    private readonly CompositeContext _context;
    private readonly MemberWatch[] _members;
    private readonly WatchBuffer _buffer;
    private readonly string? _service;
    private bool _isSettled;

    public CompositeWatch(string? service, CompositeContext context)
    {
        _context = context;
        _service = string.IsNullOrEmpty(service) ? null : service;
        _buffer = new WatchBuffer(service, Capacity);
        _members = [.. context.Members.Select((_, index) => new MemberWatch(index, _service, context, this))];
    }

    /// <summary>Follows all members until cancelled; never throws.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_members.Select(member => Task.Run(() => member.RunAsync(cancellationToken), CancellationToken.None)));

    public IAsyncEnumerable<RegistryEvent> ReadAllAsync(CancellationToken cancellationToken) => _buffer.ReadAllAsync(ListAsync, cancellationToken);

    /// <summary>What the member was last known to hold of a service; <see langword="null"/> when this watch does not know.</summary>
    public IReadOnlyList<ServiceRecord>? Recall(int member, string service)
    {
        lock (_gate)
        {
            return _buffer.Wants(service) && _members[member].Synchronized.IsCompleted ? _members[member].Records.Find(service) : null;
        }
    }

    /// <summary>The member's state is known anew.</summary>
    public void Replace(MemberWatch member, RecordSet records)
    {
        lock (_gate)
        {
            member.Records = records;
            member.IsBroken = false;
            _buffer.Resynchronize();
        }
    }

    /// <summary>The member told a change.</summary>
    public void Apply(MemberWatch member, RegistryEvent change)
    {
        if (change.Service is not { } record || !_buffer.Wants(record.Name))
        {
            return;
        }

        lock (_gate)
        {
            var before = Merge(record.Name);
            member.Records = member.Records.Apply(change);
            foreach (var difference in before.DifferenceTo(Merge(record.Name)))
            {
                if (!_buffer.Write(difference))
                {
                    CompositeRegistry.Log.WatchOverflow(_context.Logger, _service ?? "*", Capacity);
                }
            }
        }
    }

    /// <summary>The member does not answer: what it held stays, but what others say of the same nodes counts more.</summary>
    public void Break(MemberWatch member)
    {
        lock (_gate)
        {
            if (!member.IsBroken)
            {
                member.IsBroken = true;
                _buffer.Resynchronize();
            }
        }
    }

    private RecordSet Merge(string service) => MergedRecords.Of(ByPrecedence().Select(member => member.Records.Find(service)));

    private IEnumerable<MemberWatch> ByPrecedence() => _members.OrderBy(static member => member.IsBroken);

    private async ValueTask<RecordSet> ListAsync(CancellationToken cancellationToken)
    {
        if (!_isSettled)
        {
            await SettleAsync(cancellationToken).ConfigureAwait(false);
            _isSettled = true;
        }

        lock (_gate)
        {
            // Nothing is written while the lock is held, so what waits in the buffer is in these records already.
            _buffer.DiscardPending();
            return MergedRecords.Of(ByPrecedence().Select(static member => member.Records.Records));
        }
    }

    /// <summary>
    /// Waits for the first state: that of all members, or of those that have one when the others failed or take too long.
    /// </summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(_members.Select(static member => member.Settled));
        try
        {
            await all.WaitAsync(CompositeContext.Patience, _context.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await Task.WhenAny([all, .. _members.Select(static member => member.Synchronized)]).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!_members.Any(static member => member.Synchronized.IsCompleted))
        {
            throw MemberFailures.Combine(
                _context.Name,
                [.. _members.Select((member, index) => (_context.Members[index].Name, member.Error ?? new TimeoutException("no answer")))]);
        }
    }
}
