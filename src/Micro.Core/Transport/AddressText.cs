using System.Net;

namespace Micro.Transport;

/// <summary>Formats end points for handlers and logs.</summary>
internal static class AddressText
{
    public static string? Of(EndPoint? endPoint) => endPoint is IPEndPoint ip ? NodeAddress.Format(ip.Address, ip.Port) : endPoint?.ToString();
}
