using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>The address to register, <c>host:port</c>, and the reason for its choice, for the log.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AdvertisedAddress(string Address, string Reason)
{
    /// <summary><see langword="false"/> for a loopback or link-local address that was chosen for lack of a better one.</summary>
    public bool IsRoutable { get; init; } = true;
}
