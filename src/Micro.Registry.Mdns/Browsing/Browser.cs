using System.Net;
using Micro.Registry.Kit;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Transport;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>The nodes of other processes: reads responses, answers lookups, updates watches.</summary>
internal sealed partial class Browser(
    MdnsRegistryOptions options,
    MdnsNames names,
    IMdnsTransport transport,
    MdnsStatistics statistics,
    TimeProvider time,
    Func<double> random,
    ILogger logger) : IAsyncDisposable
{
    private const int MaxListed = 4096;

    /// <summary>Most nodes that are read of one packet; responders send one node in each.</summary>
    private const int MaxNodesPerPacket = 32;

    private static readonly TimeSpan LongestOvertaking = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly NodeCache _cache = new(options);
    private readonly Dictionary<string, Interest> _interests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _listed = new(StringComparer.Ordinal);
    private readonly List<MdnsWatch> _watches = [];
    private readonly List<(string? Service, Lookup Lookup)> _lookups = [];
    private readonly LeftOutSources _leftOut = new(time);
    private readonly SkipLog _skips = new(time, (instance, problem) => MdnsBackend.Log.RecordSkipped(logger, instance, problem));
    private readonly BackgroundTasks _tasks = new(logger);
    private long _order;

    public void OnResponse(DnsMessage message, IPEndPoint from)
    {
        var source = SourceOf(from.Address)!;
        var left = MaxNodesPerPacket;
        HearSection(message, message.Answers, source, ref left);
        HearSection(message, message.Additional, source, ref left);
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    /// <summary>All addresses of this machine count as one source.</summary>
    private IPAddress? SourceOf(IPAddress? address) => address is not null && transport.IsOwn(address) ? IPAddress.Loopback : address;

    private void HearSection(DnsMessage message, IReadOnlyList<DnsRecord> section, IPAddress source, ref int left)
    {
        foreach (var record in section)
        {
            if (record.Type == DnsType.Ptr && record.Name == names.List && names.TryGetListed(record.Target, out var listed))
            {
                HearListed(listed, record.Ttl > 0);
            }
            else if (record.Type == DnsType.Srv && !record.Name.EndsWith(names.List, StringComparison.Ordinal))
            {
                if (left-- <= 0)
                {
                    statistics.CountRefused();
                    return;
                }

                HearInstance(message, record, source);
            }
        }
    }

    private void HearListed(string service, bool isAlive)
    {
        lock (_gate)
        {
            var watchesAll = _watches.Exists(watch => watch.Service is null);
            var looksUp = _lookups.Exists(lookup => lookup.Service is null);
            if (!isAlive)
            {
                _listed.Remove(service);
            }
            else if (!watchesAll && !looksUp)
            {
                statistics.CountUnasked();
            }
            else if (_listed.Count < MaxListed || _listed.ContainsKey(service))
            {
                _listed[service] = time.GetTimestamp();
                foreach (var (_, lookup) in _lookups.Where(lookup => lookup.Service is null))
                {
                    lookup.Hear(service);
                }

                if (watchesAll && _cache.Of(service).Count == 0)
                {
                    AskLater(service);
                }
            }
        }
    }

    private void HearInstance(DnsMessage message, in DnsRecord srv, IPAddress source)
    {
        lock (_gate)
        {
            if (!IsAskedFor(srv.Name))
            {
                statistics.CountUnasked();
                return;
            }

            // Before anything is unpacked: most of a flood ends here.
            if (_cache.Find(srv.Name) is null && !MayCome(srv.Name, source))
            {
                statistics.CountRefused();
                return;
            }
        }

        if (HeardNode.Collect(message, srv) is not { } heard)
        {
            return;
        }

        if (heard.Ttl == TimeSpan.Zero)
        {
            HearGoodbye(heard.Instance, source);
            return;
        }

        if (!TryRefresh(heard, source))
        {
            // Unpacking is the costly part: it runs outside the lock.
            if (heard.TryDecode(names, out var record, out var bytes, out var problem))
            {
                Apply(heard, record, bytes, source);
            }
            else
            {
                statistics.CountSkipped();
                _skips.Skip(heard.Instance, problem);
            }
        }
    }

    private bool IsAskedFor(string instance) => WatchesAll || names.PossibleServices(instance).Any(_interests.ContainsKey);

    /// <summary>Returns whether a source may add a node under a name. The services that it may be of are the ones that are asked for.</summary>
    private bool MayCome(string instance, IPAddress source)
    {
        foreach (var service in names.PossibleServices(instance))
        {
            if ((_interests.ContainsKey(service) || WatchesAll) && !_leftOut.Refuses(source, service) && _cache.HasRoom(service, source))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayAdd(string service, IPAddress source)
    {
        if (_cache.IsSpent(source, service))
        {
            LeaveOut(source, service);
        }

        return !_leftOut.Refuses(source, service);
    }

    /// <summary>
    /// A source that announces more nodes of a service than any machine runs is left out as a whole. What it said before it began
    /// stays: somebody may send in its name.
    /// </summary>
    private void LeaveOut(IPAddress source, string service)
    {
        if (!_leftOut.Add(source, service))
        {
            return;
        }

        statistics.CountSourceLeftOut();
        MdnsBackend.Log.SourceLeftOut(logger, source, service, options.MaxNodesPerSource);
        var now = time.GetTimestamp();
        foreach (var node in _cache.Of(service).ToArray())
        {
            if (node.Source.Equals(source) && time.GetElapsedTime(node.Since, now) < LeftOutSources.Quiet)
            {
                Forget(node);
            }
        }
    }

    private bool WatchesAll => _watches.Exists(static watch => watch.Service is null);

    /// <summary>Renews a known node when its record has not changed.</summary>
    private bool TryRefresh(HeardNode heard, IPAddress source)
    {
        lock (_gate)
        {
            if (_cache.Find(heard.Instance) is not { } known
                || known.Record.Nodes[0].Address != heard.Address
                || !known.TextHash.AsSpan().SequenceEqual(heard.TextHash))
            {
                return false;
            }

            if (source.Equals(SourceOf(heard.Host)))
            {
                _cache.Charge(known, source);
            }

            Touch(known, heard);
            return true;
        }
    }

    private void Apply(HeardNode heard, ServiceRecord record, int bytes, IPAddress source)
    {
        lock (_gate)
        {
            if (!_interests.ContainsKey(record.Name) && !WatchesAll)
            {
                statistics.CountUnasked();
                return;
            }

            if (_cache.Find(heard.Instance) is { } known)
            {
                Change(known, heard, record, bytes, source);
                return;
            }

            var added = new CachedNode(heard.Instance, record, heard.TextHash, source, time.GetTimestamp()) { Bytes = bytes, Order = ++_order };
            if (!MayAdd(record.Name, source) || !_cache.TryAdd(added))
            {
                statistics.CountRefused();
                return;
            }

            Touch(added, heard);
            Post(RegistryEvent.Create(record));
        }
    }

    private void Change(CachedNode known, HeardNode heard, ServiceRecord record, int bytes, IPAddress source)
    {
        if (known.Record.Name != record.Name)
        {
            // Two services claim one instance name (both may hold dots): the first one keeps it while it lives.
            statistics.CountRefused();
            return;
        }

        if (!known.Source.Equals(source))
        {
            Doubt(known);
            return;
        }

        if (IsOvertaken(known, heard))
        {
            return;
        }

        if (!_cache.TryResize(known, bytes))
        {
            statistics.CountRefused();
            return;
        }

        var old = known.Record;
        known.Change(record, heard.TextHash, time.GetTimestamp());
        known.Order = ++_order;
        Touch(known, heard);
        if (old != record)
        {
            Post(RegistryEvent.Update(record));
        }
    }

    /// <summary>
    /// A node is heard over several sockets, each read by a loop of its own: a packet from before a change may be read
    /// after it. A node that really says its old self again does so once more after a second, when it announces itself.
    /// </summary>
    private bool IsOvertaken(CachedNode known, HeardNode heard) =>
        known.Earlier is { } earlier
        && time.GetElapsedTime(earlier.ChangedAt) < LongestOvertaking
        && earlier.Address == heard.Address
        && earlier.TextHash.AsSpan().SequenceEqual(heard.TextHash);

    private void HearGoodbye(string instance, IPAddress source)
    {
        lock (_gate)
        {
            if (_cache.Find(instance) is not { } known)
            {
                return;
            }

            if (known.Source.Equals(source))
            {
                Forget(known);
            }
            else
            {
                Doubt(known);
            }
        }
    }

    /// <summary>
    /// Somebody else contradicts a node: it is asked itself, and goes only when it does not answer (RFC 6762, section 10.4).
    /// </summary>
    private void Doubt(CachedNode node)
    {
        var now = time.GetTimestamp();
        if (node.DoubtedSince is null && (node.AskedAt is not { } asked || time.GetElapsedTime(asked, now) >= AnswerWindow))
        {
            // A node answers once a second: asked more often it would seem to be silent.
            node.DoubtedSince = node.AskedAt = now;
            SendQuestion(node.Instance, DnsType.Any);
        }
    }

    private void Touch(CachedNode node, HeardNode heard)
    {
        node.LastSeen = time.GetTimestamp();
        node.Ttl = heard.Ttl;
        node.DoubtedSince = null;
        foreach (var (service, lookup) in _lookups)
        {
            if (service == node.Record.Name)
            {
                lookup.Hear(node.Instance);
            }
        }
    }

    private void Forget(CachedNode node)
    {
        _cache.Remove(node);
        Post(RegistryEvent.Delete(node.Record));
    }

    private void Post(RegistryEvent change)
    {
        foreach (var watch in _watches)
        {
            if (watch.Covers(change.Service!.Name))
            {
                watch.Hub.Apply(change);
            }
        }
    }

    private bool SendQuestion(string name, DnsType type)
    {
        var query = new DnsMessage { Id = (ushort)(random() * ushort.MaxValue), Questions = [new DnsQuestion(name, type)] };
        Span<byte> buffer = stackalloc byte[512];
        return DnsWriter.TryWrite(query, buffer, compress: false, out var length)
            && transport.SendToGroup(buffer[..length], MdnsChannel.Query);
    }
}
