using System.Security.Cryptography;
using System.Text;
using Micro.Registry.Mdns.Browsing;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Responding;

/// <summary>
/// Names that another process uses as well (RFC 6762, sections 8 and 9). A settled name is defended; a name that is still
/// probed, or whose other owner does not give in, gets a suffix, so that watchers see two nodes and neither alternates.
/// </summary>
internal sealed partial class Responder
{
    private static readonly TimeSpan DefenceGap = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConflictEndsAfter = TimeSpan.FromSeconds(10);

    /// <summary>Time in which the other owner can hear the defence; after it the lower address gives in.</summary>
    private static readonly TimeSpan LowerGivesInAfter = TimeSpan.FromSeconds(1);

    /// <summary>Time after which a name is given up in any case: go-micro never does.</summary>
    private static readonly TimeSpan GivesInAfter = TimeSpan.FromSeconds(3);

    /// <summary>Returns the address of another process that used the name since the last call; null without a conflict.</summary>
    public string? TakeConflict(object owner, string instance)
    {
        lock (_gate)
        {
            if (_table.FindClaim(owner, instance) is not { } node)
            {
                return null;
            }

            var conflict = node.Conflict;
            node.Conflict = null;
            return conflict;
        }
    }

    /// <summary>Compares the records of a peer with our own names.</summary>
    public void OnResponse(DnsMessage response)
    {
        foreach (var record in response.Answers)
        {
            if (record.Type != DnsType.Srv || _table.FindInstance(record.Name) is not { Record: not null } node)
            {
                continue;
            }

            if (record.Ttl == 0)
            {
                // A node that leaves is not in the table any more: somebody else says goodbye in its name.
                Defend(node);
            }
            else if (HeardNode.Collect(response, record) is { } heard && !node.OwnAddresses.Contains(heard.Address))
            {
                lock (_gate)
                {
                    if (IsCurrent(node))
                    {
                        MeetOther(node, heard.Address);
                    }
                }
            }
        }
    }

    /// <summary>Returns <see langword="true"/> if the query probes for a name of ours and was dealt with.</summary>
    private bool HearProbe(DnsMessage query)
    {
        var isOurs = false;
        foreach (var record in query.Authority)
        {
            if (record.Type != DnsType.Srv || _table.FindInstance(record.Name) is not { Record: not null } node)
            {
                continue;
            }

            isOurs = true;
            if (ProposedAddress(query, record, node) is not { } other)
            {
                continue;
            }

            lock (_gate)
            {
                if (!IsCurrent(node))
                {
                    continue;
                }

                NoteConflict(node, other);
                if (node.IsSettled)
                {
                    Defend(node);
                }
                else if (IsLower(node, other))
                {
                    // Both probe at the same time: section 8.2, by address instead of record data.
                    Rename(node, other);
                }
            }
        }

        return isOurs;
    }

    /// <summary>Returns the address that a probe proposes; null when it is a probe of this process.</summary>
    private static string? ProposedAddress(DnsMessage probe, in DnsRecord service, PublishedNode node)
    {
        if (HeardNode.CollectProposed(probe, service) is { } heard)
        {
            return node.OwnAddresses.Contains(heard.Address) ? null : heard.Address;
        }

        // go-micro proposes no address; the same port may be the own one.
        return service.Port == node.Records.Port ? null : NodeAddress.Format(service.Target.TrimEnd('.'), service.Port);
    }

    private void MeetOther(PublishedNode node, string other)
    {
        var now = time.GetTimestamp();
        if (node.ConflictSeenAt is not { } last || time.GetElapsedTime(last, now) > ConflictEndsAfter)
        {
            node.ConflictSince = now;
        }

        node.ConflictSeenAt = now;
        NoteConflict(node, other);
        var length = time.GetElapsedTime(node.ConflictSince, now);
        if (!node.IsSettled || length >= GivesInAfter || (length >= LowerGivesInAfter && IsLower(node, other)))
        {
            Rename(node, other);
        }
        else
        {
            Defend(node);
        }
    }

    private void NoteConflict(PublishedNode node, string other)
    {
        node.Conflict = other;
        if (node.LoggedConflict != other)
        {
            node.LoggedConflict = other;
            MdnsBackend.Log.Conflict(logger, node.Records.Instance, other, node.Record!.Nodes[0].Address);
        }
    }

    /// <summary>Announces the node again, at most once in <see cref="DefenceGap"/>; what comes in between is answered at its end.</summary>
    private void Defend(PublishedNode node)
    {
        lock (_gate)
        {
            if (!node.IsSettled || node.IsDefenceDue)
            {
                return;
            }

            var now = time.GetTimestamp();
            var sinceLast = node.DefendedAt is { } last ? time.GetElapsedTime(last, now) : DefenceGap;
            if (sinceLast >= DefenceGap)
            {
                node.DefendedAt = now;
                SendCurrent(node, node.Records.Announcement());
                return;
            }

            node.IsDefenceDue = true;
            _tasks.Run(cancellationToken => DefendLaterAsync(node, DefenceGap - sinceLast, cancellationToken));
        }
    }

    private async Task DefendLaterAsync(PublishedNode node, TimeSpan pause, CancellationToken cancellationToken)
    {
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            (node.IsDefenceDue, node.DefendedAt) = (false, time.GetTimestamp());
            SendCurrent(node, node.Records.Announcement());
        }
    }

    /// <summary>Changes to a name with a suffix, without a goodbye, which would end the record of the other owner.</summary>
    private void Rename(PublishedNode node, string other)
    {
        var (record, records) = Suffixed(node.Asked!, node.Records);
        if (_table.FindInstance(records.Instance) is not null || !MdnsNames.IsValid(records.Instance))
        {
            Defend(node);
            return;
        }

        var renamed = node.Replace(node.Asked!, record, records, time);
        _table = _table.Without(node.Records.Instance).With(renamed);
        MdnsBackend.Log.Renamed(logger, node.Records.Instance, other, records.Instance);
        _tasks.Run(cancellationToken => AnnounceAsync(renamed, probe: true, Task.CompletedTask, cancellationToken));
        node.Announced.TrySetResult();
    }

    private PublishedNode CreateNew(object owner, ServiceRecord record, NodeRecords records)
    {
        if (_table.FindInstance(records.Instance) is not { Record: { } present } other || ReferenceEquals(other.Owner, owner)
            || present.Nodes[0].Address == record.Nodes[0].Address)
        {
            return new PublishedNode(owner, record, records, time);
        }

        // Two registry objects of this process: their packets do not meet on the link.
        var (renamed, changed) = Suffixed(record, records);
        var added = new PublishedNode(owner, renamed, changed, time) { Claim = records.Instance, Asked = record };
        NoteConflict(other, record.Nodes[0].Address);
        NoteConflict(added, present.Nodes[0].Address);
        MdnsBackend.Log.Renamed(logger, records.Instance, present.Nodes[0].Address, changed.Instance);
        return added;
    }

    private PublishedNode Change(PublishedNode present, ServiceRecord record, NodeRecords records)
    {
        if (present.Claim == present.Records.Instance)
        {
            return present.Replace(record, record, records, time);
        }

        var id = present.Record!.Nodes[0].Id;
        return present.Replace(
            record, record with { Nodes = [record.Nodes[0] with { Id = id }] }, records with { Instance = present.Records.Instance }, time);
    }

    /// <summary>The suffix comes from the address, so that two processes that both give a name up take different ones.</summary>
    private (ServiceRecord Record, NodeRecords Records) Suffixed(ServiceRecord record, NodeRecords records)
    {
        var node = record.Nodes[0];
        var suffix = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node.Address)).AsSpan(0, 2));
        var renamed = node with { Id = $"{node.Id}-{suffix}" };
        return (record with { Nodes = [renamed] }, records with { Instance = names.Instance(record.Name, renamed.Id) });
    }

    private static bool IsLower(PublishedNode node, string other) => string.CompareOrdinal(node.Record!.Nodes[0].Address, other) < 0;
}
