namespace Micro.Registry.Mdns.Dns;

/// <summary>The record types that the registry uses. Other types are skipped.</summary>
internal enum DnsType : ushort
{
    None = 0,
    A = 1,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Any = 255,
}
