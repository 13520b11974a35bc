using Micro.Registry.Kit;

namespace Micro.Registry.Composite;

/// <summary>
/// One running watch over all members. Keeps the state of each member and publishes their union, so a node is gone when no member
/// lists it any more.
/// </summary>
internal sealed class CompositeWatch : SharedWatch
{
    private readonly Lock _gate = new();
    private readonly CompositeContext _context;
    private readonly MemberWatch[] _members;

    public CompositeWatch(string? service, CompositeContext context)
    {
        Service = service;
        _context = context;
        _members = [.. context.Members.Select((_, index) => new MemberWatch(index, service, context, this))];
    }

    public override string? Service { get; }

    /// <summary>Returns the last known state of a service in a member; <see langword="null"/> if this watch does not know it.</summary>
    public IReadOnlyList<ServiceRecord>? Recall(int member, string service)
    {
        lock (_gate)
        {
            return Wants(service) && _members[member].Synchronized.IsCompleted ? _members[member].Records.Find(service) : null;
        }
    }

    /// <summary>Replaces the state of a member.</summary>
    public void Replace(MemberWatch member, RecordSet records)
    {
        lock (_gate)
        {
            member.Records = records;
            member.IsBroken = false;
            Hub.Replace(MergeAll());
        }
    }

    /// <summary>Applies a change in a member.</summary>
    public void Apply(MemberWatch member, RegistryEvent change)
    {
        if (change.Service is not { Name: var service } || !Wants(service))
        {
            return;
        }

        lock (_gate)
        {
            member.Records = member.Records.Apply(change);
            Hub.Publish(service, MergedRecords.Of(ByPrecedence().Select(each => each.Records.Find(service))));
        }
    }

    /// <summary>Keeps the records of a member that does not answer; the records of other members for the same nodes take precedence.</summary>
    public void Break(MemberWatch member)
    {
        lock (_gate)
        {
            if (!member.IsBroken)
            {
                member.IsBroken = true;
                Hub.Replace(MergeAll());
            }
        }
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var members = Task.WhenAll(_members.Select(member => Task.Run(() => member.RunAsync(cancellationToken), CancellationToken.None)));
        await SettleAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await members.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A member that ignores its token must not delay the reader.
        await members.WaitAsync(CompositeContext.Patience, _context.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool Wants(string service) => Service is null || string.Equals(Service, service, StringComparison.Ordinal);

    private RecordSet MergeAll() => MergedRecords.Of(ByPrecedence().Select(static member => member.Records.Records));

    private IEnumerable<MemberWatch> ByPrecedence() => _members.OrderBy(static member => member.IsBroken);

    /// <summary>
    /// Waits for the first state: that of all members, or of those that have one when the others failed or take too long.
    /// </summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(_members.Select(static member => member.Settled));
        Task[] synchronized = [.. _members.Select(static member => member.Synchronized)];
        try
        {
            await all.WaitAsync(CompositeContext.Patience, _context.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await Task.WhenAny([all, .. synchronized]).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!synchronized.Any(static member => member.IsCompleted))
        {
            Hub.Fail(MemberFailures.Combine(
                _context.Name,
                [.. _members.Select((member, index) => (_context.Members[index].Name, member.Error ?? new TimeoutException("no answer")))]));
            await Task.WhenAny(synchronized).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        Hub.Settle();
    }
}
