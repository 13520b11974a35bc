namespace Micro.Registry.Consul.Http;

/// <summary>Why Consul is read: lookups may take a stale answer, watches go on from an index and ask the leader.</summary>
internal enum ReadMode
{
    Lookup,
    Watch,
}
