using System.Runtime.InteropServices;
using Micro.Registry;

namespace Micro.Selection.Snapshots;

/// <summary>One difference between two lists of nodes.</summary>
/// <param name="Index">Index in the previous list: of the removed node, or of the node before which one is added.</param>
/// <param name="Removed">The removed or replaced node.</param>
/// <param name="Added">The added or replacing node.</param>
/// <param name="Record">The previous record of the removed node.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeEdit(int Index, Node? Removed, Node? Added, ServiceRecord? Record);
