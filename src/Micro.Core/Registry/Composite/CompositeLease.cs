using System.Diagnostics.CodeAnalysis;

namespace Micro.Registry.Composite;

/// <summary>
/// One record as registered in all members. The members are written to side by side; the loss in any of them is the loss
/// of the whole, so that the owner asserts it again.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source owns no timer, and its token is in use as long as its holders like.")]
internal sealed class CompositeLease
{
    private readonly Lock _gate = new();
    private readonly CompositeContext _context;
    private readonly MemberLease[] _members;
    private readonly HashSet<string> _ids;
    private readonly string _service;
    private readonly string _nodes;
    private CancellationTokenSource _lost = new();

    public CompositeLease(ServiceRecord service, CompositeContext context, CancellationToken disposed)
    {
        _context = context;
        _service = service.Name;
        _ids = [.. service.Nodes.Select(static node => node.Id)];
        _nodes = string.Join(' ', _ids);
        _members = [.. context.Members.Select(member => new MemberLease(member, context, () => OnLost(member), disposed))];
    }

    /// <summary>Returns whether it is the lease of exactly these nodes; guarded by the table's lock, as is <see cref="Remove"/>.</summary>
    public bool Covers(IReadOnlyCollection<string> ids) => _ids.SetEquals(ids);

    /// <summary>Removes nodes that are deregistered.</summary>
    /// <returns>Whether it held one of them; and whether none is left.</returns>
    public (bool Touched, bool IsEmpty) Remove(IReadOnlyCollection<string> ids)
    {
        var before = _ids.Count;
        _ids.ExceptWith(ids);
        return (_ids.Count < before, _ids.Count == 0);
    }

    public MemberLease Member(int index) => _members[index];

    /// <summary>Writes the record to all members; done when one has taken it and the others had a moment to.</summary>
    /// <exception cref="Exception">No member took it.</exception>
    public async Task<Registration> AssertAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken)
    {
        // Taken before the first write, so that no loss falls between.
        CancellationToken lost;
        lock (_gate)
        {
            lost = _lost.Token;
        }

        var answers = await MemberRound.AskAsync(
            _context,
            (index, giveUp) => _members[index].AssertAsync(service, options, giveUp, cancellationToken),
            static _ => true,
            cancellationToken).ConfigureAwait(false);
        var failures = MemberFailures.Of(_context, answers);
        return failures.Count == answers.Length
            ? throw MemberFailures.Combine(_context.Name, failures)
            : new Registration(service, lost)
            {
                Incomplete = failures.Count == 0 ? null : MemberFailures.Combine(_context.Name, failures),
                ConflictingAddress = answers.Select(static answer => answer.Value?.ConflictingAddress).FirstOrDefault(static other => other is not null)
                    ?? MemberFailures.Conflict(failures),
            };
    }

    /// <summary>Stops listening for losses: what is withdrawn cannot be lost.</summary>
    public void Release()
    {
        foreach (var member in _members)
        {
            member.Release();
        }
    }

    private void OnLost(IRegistry member)
    {
        CancellationTokenSource lost;
        lock (_gate)
        {
            // The next registration gets a promise of its own.
            lost = _lost;
            _lost = new CancellationTokenSource();
        }

        CompositeRegistry.Log.LostInMember(_context.Logger, member.Name, _context.Name, _service, _nodes);
        lost.Cancel();
    }
}
