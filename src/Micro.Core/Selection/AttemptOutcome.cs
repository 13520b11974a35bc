using System.Runtime.InteropServices;

namespace Micro.Selection;

/// <summary>The outcome of one attempt at a node.</summary>
/// <param name="Succeeded"><see langword="true"/> if the node answered without error.</param>
/// <param name="Failure">The kind of failure; meaningless when the attempt succeeded.</param>
/// <param name="Duration">From the start of the attempt to its end.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AttemptOutcome(bool Succeeded, ErrorKind Failure, TimeSpan Duration);
