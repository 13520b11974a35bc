using Google.Protobuf;
using Micro.Basics;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Kit;
using Mvccpb;

namespace Micro.Registry.Etcd.Watching;

/// <summary>The records of a watch by their keys. Not safe for concurrent use.</summary>
internal sealed class KeyedRecords(RecordReader reader, string? service)
{
    private readonly Dictionary<ByteString, (long Revision, ServiceRecord Record)> _records = [];
    private readonly Dictionary<(string Service, string Id), int> _nodes = [];
    private readonly Dictionary<(string Service, string Version), IReadOnlyList<Endpoint>> _endpoints = [];

    public void Clear()
    {
        _records.Clear();
        _nodes.Clear();
        _endpoints.Clear();
    }

    public void Add(KeyValue pair)
    {
        if (reader.TryRead(pair, out var record) && Wants(record))
        {
            Put(pair.Key, pair.ModRevision, record);
        }
    }

    /// <summary>Returns the records in the order in which they were written: the last one describes its version.</summary>
    public RecordSet ToSet() => RecordSet.Create(_records.Values.OrderBy(entry => entry.Revision).Select(entry => entry.Record));

    /// <summary>Applies a change.</summary>
    /// <returns>The events for a reader; <see langword="null"/> when it must compare everything, because a node is under several keys.</returns>
    public IReadOnlyList<RegistryEvent>? Apply(Event change)
    {
        if (change.Kv is not { } pair)
        {
            return []; // etcd always names the key; an event without one changes nothing
        }

        var key = pair.Key;
        var known = _records.TryGetValue(key, out var before) ? before.Record : null;
        var after = change.Type == Event.Types.EventType.Put && reader.TryRead(pair, out var read) && Wants(read) ? read : null;
        var isAmbiguous = IsAmbiguous(known);
        Remove(key, known);
        if (after is not null)
        {
            after = Put(key, pair.ModRevision, after);
        }

        if (isAmbiguous || IsAmbiguous(after))
        {
            return null;
        }

        var events = new List<RegistryEvent>(2);
        if (after is not null)
        {
            events.Add(RegistryEvent.Create(after));
        }

        // The nodes of a value that is deleted, or not a record any more, go with it.
        var gone = known?.Nodes.Where(node => after is null || after.Name != known.Name || after.Nodes.All(other => other.Id != node.Id)).ToArray() ?? [];
        if (gone.Length > 0)
        {
            events.Add(RegistryEvent.Delete(known! with { Nodes = gone }));
        }

        return events;
    }

    private bool Wants(ServiceRecord record) => string.IsNullOrEmpty(service) || string.Equals(record.Name, service, StringComparison.Ordinal);

    private bool IsAmbiguous(ServiceRecord? record) =>
        record is not null && record.Nodes.Any(node => _nodes.GetValueOrDefault((record.Name, node.Id)) > 1);

    private ServiceRecord Put(ByteString key, long revision, ServiceRecord record)
    {
        record = ShareEndpoints(record);
        _records[key] = (revision, record);
        foreach (var node in record.Nodes)
        {
            var id = (record.Name, node.Id);
            _nodes[id] = _nodes.GetValueOrDefault(id) + 1;
        }

        return record;
    }

    /// <summary>Keeps the endpoints of a version once: every value repeats them, and they are most of it.</summary>
    private ServiceRecord ShareEndpoints(ServiceRecord record)
    {
        var version = (record.Name, record.Version);
        if (_endpoints.TryGetValue(version, out var known) && StructuralComparison.AreEqual(known, record.Endpoints))
        {
            return record with { Endpoints = known };
        }

        _endpoints[version] = record.Endpoints;
        return record;
    }

    private void Remove(ByteString key, ServiceRecord? record)
    {
        if (record is null)
        {
            return;
        }

        _records.Remove(key);
        foreach (var node in record.Nodes)
        {
            var id = (record.Name, node.Id);
            if (--_nodes[id] == 0)
            {
                _nodes.Remove(id);
            }
        }
    }
}
