using System.Net;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Transport;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Responding;

/// <summary>
/// Answers for the published nodes, probes and announces them, and says goodbye. Nodes answer from the moment they are
/// published: go-micro finds nodes by query and does not wait for announcements.
/// </summary>
internal sealed partial class Responder(
    MdnsNames names, int port, IMdnsTransport transport, MdnsStatistics statistics, TimeProvider time, Func<double> random, ILogger logger)
    : IAsyncDisposable
{
    private const int Probes = 3;
    private const double LongestProbeGapMilliseconds = 250;

    private static readonly TimeSpan[] AnnouncementGaps = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];
    private static readonly TimeSpan GoodbyeGap = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly BackgroundTasks _tasks = new(logger);
    private Task _lastAnnounced = Task.CompletedTask;
    private volatile PublishedTable _table = PublishedTable.Empty;

    /// <summary>Publishes or changes a node; false, and no traffic, when it is published with the same content.</summary>
    public bool Publish(object owner, ServiceRecord record, NodeRecords records)
    {
        PublishedNode added;
        Task earlier;
        bool isNew;
        lock (_gate)
        {
            var present = _table.FindClaim(owner, records.Instance);
            if (present is not null && present.Asked == record)
            {
                return false;
            }

            isNew = present is null;
            added = present is null ? CreateNew(owner, record, records) : Change(present, record, records);
            earlier = _lastAnnounced;
            _lastAnnounced = added.Announced.Task;
            var list = ListEntry(owner, record, records);
            var table = present is null ? _table.With(added) : _table.Without(present.Records.Instance).With(added);
            _table = table.FindInstance(list.Records.Instance) is null ? table.With(list) : table;
        }

        _tasks.Run(cancellationToken => AnnounceAsync(added, probe: isNew, earlier, cancellationToken));
        return true;
    }

    /// <summary>Returns the record that an owner published under a name, as it was asked for; null when there is none.</summary>
    public ServiceRecord? Find(object owner, string instance) => _table.FindClaim(owner, instance)?.Asked;

    /// <summary>Stops answering for a node and says goodbye; unknown nodes are no error.</summary>
    /// <param name="owner">The registry object that withdraws it.</param>
    /// <param name="instance">The instance name that was asked for.</param>
    /// <param name="final">Says the second goodbye at once, because the process may end.</param>
    public void Withdraw(object owner, string instance, bool final = false)
    {
        PublishedNode? gone;
        lock (_gate)
        {
            gone = _table.FindClaim(owner, instance) ?? _table.FindInstance(instance);
            if (gone?.Record is null)
            {
                return;
            }

            var table = _table.Without(gone.Records.Instance);
            _table = table.Find(gone.Records.Question).Count > 0
                ? table
                : table.Without(names.ListInstance(gone.Record.Name));
            Send(gone.Records.Goodbye(), compress: false);
        }

        MdnsBackend.Log.Withdrawn(logger, instance);
        if (final)
        {
            Send(gone.Records.Goodbye(), compress: false);
            return;
        }

        _tasks.Run(cancellationToken => RepeatGoodbyeAsync(gone, cancellationToken));
    }

    public void WithdrawAll(object owner)
    {
        foreach (var node in _table.Nodes)
        {
            if (ReferenceEquals(node.Owner, owner) && node.Record is not null)
            {
                Withdraw(owner, node.Claim, final: true);
            }
        }
    }

    public void AnnounceAll()
    {
        foreach (var node in _table.Nodes)
        {
            if (node.Record is not null)
            {
                _tasks.Run(cancellationToken => AnnounceAsync(node, probe: false, Task.CompletedTask, cancellationToken));
            }
        }
    }

    public void OnQuery(DnsMessage query, IPEndPoint from)
    {
        if (query.Authority.Count > 0 && HearProbe(query))
        {
            return;
        }

        var table = _table;
        foreach (var question in query.Questions)
        {
            if (!question.IsInternet)
            {
                continue;
            }

            foreach (var node in table.Find(question.Name))
            {
                if (!IsKnown(query, node) && node.Records.Answer(question, query.Id) is { } answer)
                {
                    // Under the lock: no answer may follow a goodbye.
                    lock (_gate)
                    {
                        if (IsCurrent(node))
                        {
                            Answer(node, question, answer, from);
                        }
                    }
                }
            }
        }
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private static bool IsKnown(DnsMessage query, PublishedNode node)
    {
        foreach (var known in query.Answers)
        {
            if (known.Type == DnsType.Ptr && known.Ttl >= NodeRecords.Ttl / 2 && known.Target == node.Records.Instance)
            {
                return true;
            }
        }

        return false;
    }

    private PublishedNode ListEntry(object owner, ServiceRecord record, NodeRecords records) => new(
        owner,
        record: null,
        new NodeRecords(names.List, names.ListInstance(record.Name), records.HostName, IPAddress.Any, NodeRecords.ListPort, []),
        time);

    private void Answer(PublishedNode node, DnsQuestion question, DnsMessage answer, IPEndPoint from)
    {
        if (!node.Limiter.TryTake(from, question))
        {
            statistics.CountLimited();
            return;
        }

        // A unicast to the shared port would reach only one of the sockets on it.
        if (from.Port == port && !question.WantsUnicast)
        {
            Send(answer, compress: true);
            return;
        }

        Span<byte> buffer = stackalloc byte[PacketBudget.MaxBytes];
        if (DnsWriter.TryWrite(answer, buffer, compress: true, out var length))
        {
            _ = transport.SendTo(buffer[..length], from);
        }
    }

    private async Task AnnounceAsync(PublishedNode node, bool probe, Task earlier, CancellationToken cancellationToken)
    {
        try
        {
            if (probe)
            {
                await ProbeAsync(node, cancellationToken).ConfigureAwait(false);
            }

            lock (_gate)
            {
                node.IsSettled = true;
            }

            // Watchers are promised the order of registration, and probes take a random time.
            await earlier.WaitAsync(cancellationToken).ConfigureAwait(false);
            foreach (var gap in AnnouncementGaps)
            {
                await Task.Delay(gap, time, cancellationToken).ConfigureAwait(false);
                if (!SendCurrent(node, node.Records.Announcement()))
                {
                    return;
                }

                node.Announced.TrySetResult();
            }
        }
        finally
        {
            node.Announced.TrySetResult();
        }
    }

    private async Task ProbeAsync(PublishedNode node, CancellationToken cancellationToken)
    {
        var id = (ushort)(random() * ushort.MaxValue);
        for (var count = 0; count < Probes && SendCurrent(node, node.Records.Probe(id)); count++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random() * LongestProbeGapMilliseconds), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RepeatGoodbyeAsync(PublishedNode gone, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(GoodbyeGap, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The process may end: say it now.
        }

        lock (_gate)
        {
            if (_table.FindInstance(gone.Records.Instance) is null)
            {
                Send(gone.Records.Goodbye(), compress: false);
            }
        }
    }

    private bool IsCurrent(PublishedNode node) => ReferenceEquals(_table.FindInstance(node.Records.Instance), node);

    /// <summary>Sends unless the node was withdrawn or changed. Under the lock: nothing may follow a goodbye.</summary>
    private bool SendCurrent(PublishedNode node, DnsMessage message)
    {
        lock (_gate)
        {
            if (!IsCurrent(node))
            {
                return false;
            }

            Send(message, compress: false);
            return true;
        }
    }

    private void Send(DnsMessage message, bool compress)
    {
        Span<byte> buffer = stackalloc byte[PacketBudget.MaxBytes];
        if (DnsWriter.TryWrite(message, buffer, compress, out var length))
        {
            _ = transport.SendToGroup(buffer[..length], MdnsChannel.Service);
        }
    }
}
