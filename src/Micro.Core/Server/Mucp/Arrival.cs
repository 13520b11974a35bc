using System.Runtime.InteropServices;

namespace Micro.Server.Mucp;

/// <summary>When the head of a request was read, from which its deadline counts.</summary>
/// <param name="Timestamp">The timestamp.</param>
/// <param name="Waited">For how long the request may have waited before, because the process stood still.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Arrival(long Timestamp, TimeSpan Waited);
