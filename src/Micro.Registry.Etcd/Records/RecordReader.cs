using System.Diagnostics.CodeAnalysis;
using Micro.Registry.Kit;
using Mvccpb;

namespace Micro.Registry.Etcd.Records;

/// <summary>Turns keys and values into records. A value that is not a record is skipped and never harms its neighbours.</summary>
internal sealed class RecordReader(EtcdRegistryOptions options, SkipLog skipped)
{
    private const int MaxValueBytes = 1024 * 1024;

    public bool TryRead(KeyValue pair, [NotNullWhen(true)] out ServiceRecord? record)
    {
        var key = pair.Key.ToStringUtf8();
        record = null;
        var problem = pair.Value.Length > MaxValueBytes
            ? $"the value has {pair.Value.Length} bytes, the limit is {MaxValueBytes}"
            : key.StartsWith(options.Prefix, StringComparison.Ordinal)
                ? ReadOwn(key[options.Prefix.Length..], pair.Value.Span, out record)
                : ReadForeign(key, pair.Value.Span, out record);
        if (problem is not null)
        {
            record = null;
            skipped.Skip(key, problem);
        }

        return record is not null;
    }

    private static string? ReadOwn(string path, ReadOnlySpan<byte> value, out ServiceRecord? record)
    {
        if (!RecordJsonReader.TryReadService(value, out record))
        {
            return "the value is not a service record";
        }

        var slash = path.IndexOf('/');
        if (slash < 0 || !string.Equals(EtcdKeys.Escape(record.Name), path[..slash], StringComparison.Ordinal))
        {
            return $"the value is the record of another service, '{record.Name}'";
        }

        return Check(ref record);
    }

    private static string? Check(ref ServiceRecord record)
    {
        if (!ServiceRecordRules.TryValidate(record, out var problem))
        {
            return problem;
        }

        var nodes = new List<Node>(record.Nodes.Count);
        foreach (var node in record.Nodes)
        {
            if (ServiceRecordRules.TryValidate(node, out problem))
            {
                nodes.Add(node);
            }
        }

        if (nodes.Count == 0)
        {
            return problem ?? "the record has no node";
        }

        record = nodes.Count == record.Nodes.Count ? record : record with { Nodes = nodes };
        return null;
    }

    private string? ReadForeign(string key, ReadOnlySpan<byte> value, out ServiceRecord? record)
    {
        record = null;
        var prefix = options.ForeignPrefixes.FirstOrDefault(known => key.StartsWith(known, StringComparison.Ordinal));
        var path = prefix is null ? "" : key[prefix.Length..];
        var slash = path.IndexOf('/');
        if (slash <= 0)
        {
            return "the key names no service";
        }

        if (ForeignNode.Read(path[(slash + 1)..], value) is not { } node)
        {
            return "the value is neither host:port nor an endpoint of etcd's gRPC naming";
        }

        record = new ServiceRecord { Name = path[..slash], Nodes = [node] };
        return Check(ref record);
    }
}
