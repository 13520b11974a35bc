using Micro.Registry.Mdns.Dns;

namespace Micro.Registry.Mdns.Records;

/// <summary>The DNS names of go-micro's mDNS registry in one domain. They carry no <c>_tcp</c>: this is not DNS-SD.</summary>
internal sealed class MdnsNames(string domain)
{
    /// <summary>Pseudo service under which every service name is listed.</summary>
    public const string ListLabel = "_services";

    private readonly string _suffix = "." + domain.Trim('.') + ".";

    /// <summary>The name that <c>ListServices</c> asks for.</summary>
    public string List { get; } = ListLabel + "." + domain.Trim('.') + ".";

    public string Service(string service) => DnsName.Escape(service) + _suffix;

    public string Instance(string service, string id) => DnsName.Escape(id) + "." + Service(service);

    public string ListInstance(string service) => DnsName.Escape(service) + "." + List;

    /// <summary>Returns <see langword="true"/> if a node of the service can be named, with an id of one character.</summary>
    public bool FitsWithShortId(string service) => service != ListLabel && IsValid(Instance(service, service + "-1"));

    /// <summary>Splits an instance name by the service that its payload names.</summary>
    public bool TryGetId(string instance, string service, out string id)
    {
        var suffix = "." + Service(service);
        var fits = instance.Length > suffix.Length && instance.EndsWith(suffix, StringComparison.Ordinal);
        id = fits ? DnsName.Unescape(instance[..^suffix.Length]) : "";
        return fits;
    }

    /// <summary>Returns the service name in the instance name of a list entry.</summary>
    public bool TryGetListed(string instance, out string service)
    {
        var fits = instance.Length > List.Length + 1
            && instance.EndsWith(List, StringComparison.Ordinal)
            && instance[^(List.Length + 1)] == '.';
        service = fits ? DnsName.Unescape(instance[..^(List.Length + 1)]) : "";
        return fits;
    }

    /// <summary>The services that an instance name may belong to, longest first: ids and services may hold dots.</summary>
    public IEnumerable<string> PossibleServices(string instance)
    {
        if (!instance.EndsWith(_suffix, StringComparison.Ordinal))
        {
            yield break;
        }

        var body = instance[..^_suffix.Length];
        for (var dot = body.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = body.IndexOf('.', dot + 1))
        {
            yield return DnsName.Unescape(body[(dot + 1)..]);
        }
    }

    /// <summary>Returns whether a name can be written into a packet.</summary>
    public static bool IsValid(string name)
    {
        Span<byte> label = stackalloc byte[DnsLimits.MaxLabelBytes];
        var rest = name.AsSpan();
        var bytes = 1;
        for (var labels = 0; !rest.IsEmpty; labels++)
        {
            if (labels == DnsLimits.MaxLabels || !DnsName.TryTakeLabel(ref rest, label, out var length))
            {
                return false;
            }

            bytes += length + 1;
        }

        return bytes is > 1 and <= DnsLimits.MaxNameBytes;
    }
}
