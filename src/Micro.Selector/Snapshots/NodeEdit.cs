using System.Runtime.InteropServices;
using Micro.Registry;

namespace Micro.Selection.Snapshots;

/// <summary>One difference between two lists of nodes.</summary>
/// <param name="Index">Where it is in the list before: the node that goes, or the one in front of which another comes.</param>
/// <param name="Gone">The node that goes or is replaced.</param>
/// <param name="Come">The node that comes or replaces.</param>
/// <param name="Record">The record before of the node that goes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeEdit(int Index, Node? Gone, Node? Come, ServiceRecord? Record);
