namespace Micro.Registry.Mdns;

/// <summary>The settings that two registry objects must share to use one engine.</summary>
internal sealed record MdnsHostKey(
    string Domain,
    int Port,
    string Interfaces,
    string Networks,
    TimeSpan Timeout,
    TimeSpan QuietPeriod,
    (int PerService, int InAll, int PerSource) Limits,
    TimeProvider Time)
{
    public static MdnsHostKey Of(MdnsRegistryOptions options, TimeProvider time) => new(
        options.Domain.Trim('.'),
        options.Port,
        string.Join(',', options.Interfaces.Order(StringComparer.Ordinal)),
        string.Join(',', options.AllowedNetworks),
        options.Timeout,
        options.QuietPeriod,
        (options.MaxNodesPerService, options.MaxNodes, options.MaxNodesPerSource),
        time);
}
