using System.Runtime.InteropServices;

namespace Micro.Server;

/// <summary>The address to register, <c>host:port</c>, and why it was chosen, for the log.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AdvertisedAddress(string Address, string Reason);
