namespace Micro.Selection.Strategies;

/// <summary>Picks by a counter that only grows, modulo the number of nodes.</summary>
internal sealed class RoundRobinPicker(uint start) : INodePicker, IAttemptAwarePicker
{
    // 64 bits do not overflow in the life of a process, and an unsigned modulo would survive it.
    private ulong _next = start - 1UL;

    public int Pick(ReadOnlySpan<Node> nodes) => (int)(Interlocked.Increment(ref _next) % (ulong)nodes.Length);

    public int PickUntried(ReadOnlySpan<Node> nodes, AttemptedNodes attempted)
    {
        var first = Pick(nodes);
        for (var step = 0; step < nodes.Length; step++)
        {
            var index = (first + step) % nodes.Length;
            if (!attempted.Contains(nodes[index]))
            {
                return index;
            }
        }

        return first;
    }
}
