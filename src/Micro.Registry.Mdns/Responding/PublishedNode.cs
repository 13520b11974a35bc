using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Responding;

/// <summary>One entry that the responder answers for. A change makes a new one, with a fresh limiter.</summary>
/// <param name="owner">The registry object that published it.</param>
/// <param name="record">What was registered, with this one node and its resolved address; null for a list entry.</param>
/// <param name="records">Its DNS records.</param>
/// <param name="time">Time source.</param>
internal sealed class PublishedNode(object owner, ServiceRecord? record, NodeRecords records, TimeProvider time)
{
    public object Owner { get; } = owner;

    public ServiceRecord? Record { get; } = record;

    public NodeRecords Records { get; } = records;

    /// <summary>Completes when it was announced for the first time, or will not be.</summary>
    public TaskCompletionSource Announced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AnswerLimiter Limiter { get; } = new(time);
}
