using System.Net;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Transport;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>What this process knows of nodes elsewhere: hears responses, answers lookups, feeds watches.</summary>
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

    private static readonly TimeSpan LongestOvertaking = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly NodeCache _cache = new(options);
    private readonly Dictionary<string, Interest> _interests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _listed = new(StringComparer.Ordinal);
    private readonly List<MdnsWatch> _watches = [];
    private readonly List<(string? Service, Lookup Lookup)> _lookups = [];
    private readonly SkipLog _skips = new(time, logger);
    private readonly BackgroundTasks _tasks = new(logger);
    private long _order;

    public void OnResponse(DnsMessage message, IPEndPoint from)
    {
        // All addresses of this machine count as one source.
        var source = transport.IsOwn(from.Address) ? IPAddress.Loopback : from.Address;
        HearSection(message, message.Answers, source);
        HearSection(message, message.Additional, source);
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private void HearSection(DnsMessage message, IReadOnlyList<DnsRecord> section, IPAddress source)
    {
        foreach (var record in section)
        {
            if (record.Type == DnsType.Ptr && record.Name == names.List && names.TryGetListed(record.Target, out var listed))
            {
                HearListed(listed, record.Ttl > 0);
            }
            else if (record.Type == DnsType.Srv && !record.Name.EndsWith(names.List, StringComparison.Ordinal))
            {
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

    private bool IsAskedFor(string instance)
    {
        if (_watches.Exists(watch => watch.Service is null))
        {
            return true;
        }

        foreach (var service in names.PossibleServices(instance))
        {
            if (_interests.ContainsKey(service))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a repetition of what is known already.</summary>
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

            known.AddSource(source);
            Touch(known, heard);
            return true;
        }
    }

    private void Apply(HeardNode heard, ServiceRecord record, int bytes, IPAddress source)
    {
        lock (_gate)
        {
            if (!_interests.ContainsKey(record.Name) && !_watches.Exists(watch => watch.Service is null))
            {
                statistics.CountUnasked();
                return;
            }

            if (_cache.Find(heard.Instance) is { } known)
            {
                Change(known, heard, record, bytes, source);
                return;
            }

            var added = new CachedNode(heard.Instance, record, heard.TextHash, source) { Bytes = bytes, Order = ++_order };
            if (!_cache.TryAdd(added))
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

        if (!known.Sources.Contains(source))
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
        if (old.Version != record.Version)
        {
            Post(RegistryEvent.Delete(old));
            Post(RegistryEvent.Create(record));
        }
        else if (old != record)
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

            if (known.Sources.Contains(source))
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
        if (node.DoubtedSince is null)
        {
            node.DoubtedSince = time.GetTimestamp();
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
                watch.Post(change);
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
