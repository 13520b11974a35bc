using System.Runtime.InteropServices;
using Micro.Registry;

namespace Micro.Selection.Snapshots;

/// <summary>A node that the registry dropped together with others: perhaps dead, perhaps the registry lost it.</summary>
/// <param name="Record">Its record with this node only.</param>
/// <param name="Until">Monotonic time from which it is not used any more.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Suspect(ServiceRecord Record, long Until)
{
    public Node Node => Record.Nodes[0];
}
