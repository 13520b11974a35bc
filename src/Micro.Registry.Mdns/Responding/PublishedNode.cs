using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Responding;

/// <summary>One entry that the responder answers for. A change makes a new one, with a fresh limiter.</summary>
/// <param name="owner">The registry object that published it.</param>
/// <param name="record">What was registered, with this one node and its resolved address; null for a list entry.</param>
/// <param name="records">Its DNS records.</param>
/// <param name="time">Time source.</param>
internal sealed class PublishedNode(object owner, ServiceRecord? record, NodeRecords records, TimeProvider time)
{
    private const int MaxOwnAddresses = 8;

    public object Owner { get; } = owner;

    /// <summary>Gets the instance name that was asked for; <see cref="NodeRecords.Instance"/> differs after a conflict.</summary>
    public string Claim { get; init; } = records.Instance;

    /// <summary>Gets the record that was asked for; <see cref="Record"/> has another node id after a conflict.</summary>
    public ServiceRecord? Asked { get; init; } = record;

    /// <summary>Gets the addresses that this process published under the name: its own packets come back from the link.</summary>
    public IReadOnlyList<string> OwnAddresses { get; private init; } = record is null ? [] : [record.Nodes[0].Address];

    /// <summary>Gets or sets a value indicating whether the name was probed; guarded by the responder's lock, as is all below.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Gets or sets the address of another process with the name, until it was reported.</summary>
    public string? Conflict { get; set; }

    public string? LoggedConflict { get; set; }

    public long ConflictSince { get; set; }

    public long? ConflictSeenAt { get; set; }

    public long? DefendedAt { get; set; }

    /// <summary>Gets or sets a value indicating whether a defence is sent as soon as the last one is long enough ago.</summary>
    public bool IsDefenceDue { get; set; }

    /// <summary>Creates the node that takes the place of this one.</summary>
    public PublishedNode Replace(ServiceRecord asked, ServiceRecord published, NodeRecords changed, TimeProvider clock) => new(Owner, published, changed, clock)
    {
        Claim = Claim,
        Asked = asked,
        OwnAddresses = [.. OwnAddresses.Append(published.Nodes[0].Address).Distinct(StringComparer.Ordinal).TakeLast(MaxOwnAddresses)],
        Conflict = Conflict,
        LoggedConflict = LoggedConflict,
    };

    public ServiceRecord? Record { get; } = record;

    public NodeRecords Records { get; } = records;

    /// <summary>Completes when it was announced for the first time, or will not be.</summary>
    public TaskCompletionSource Announced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AnswerLimiter Limiter { get; } = new(time);
}
