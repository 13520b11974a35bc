using System.Runtime.InteropServices;
using Micro.Registry;

namespace Micro.Selection.Snapshots;

/// <summary>A node that the registry dropped together with others: the node may be dead, or the registry lost it.</summary>
/// <param name="Record">Its record with this node only.</param>
/// <param name="Until">Monotonic time at which it expires.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Suspect(ServiceRecord Record, long Until)
{
    public Node Node => Record.Nodes[0];
}
