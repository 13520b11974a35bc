using System.Net;

namespace Micro.Transport;

/// <summary>End points as text for handlers and logs.</summary>
internal static class AddressText
{
    public static string? Of(EndPoint? endPoint) => endPoint is IPEndPoint ip ? NodeAddress.Format(ip.Address, ip.Port) : endPoint?.ToString();
}
