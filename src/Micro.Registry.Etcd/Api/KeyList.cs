namespace Micro.Registry.Etcd.Api;

/// <summary>All keys of a prefix as they were at one revision.</summary>
internal sealed record KeyList(long Revision, IReadOnlyList<KeyValue> Pairs);
