using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>A parsed listen address: a host (empty for all interfaces) and a range of ports.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ListenAddress(string Host, int FirstPort, int LastPort)
{
    public bool IsAnyHost => Host.Length == 0 || (IPAddress.TryParse(Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));

    public static bool TryParse(string? text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var colon = text.LastIndexOf(':');
        var dash = colon < 0 ? -1 : text.IndexOf('-', colon);
        var single = dash < 0 ? text : text[..dash];
        if (!NodeAddress.TryParse(single, out var host, out var first))
        {
            return false;
        }

        var last = first;
        if (dash >= 0)
        {
            if (!ushort.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number < first
                || first == 0)
            {
                return false;
            }

            last = number;
        }

        address = new ListenAddress(host, first, last);
        return true;
    }
}
