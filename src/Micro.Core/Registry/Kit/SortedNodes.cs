namespace Micro.Registry.Kit;

/// <summary>Changes a few nodes in a list that is sorted by id: a search for each and one copy of the list.</summary>
internal static class SortedNodes
{
    /// <summary>The node's index, or the complement of the index where it would stand.</summary>
    public static int Find(NodeList nodes, string id)
    {
        var low = 0;
        var high = nodes.Array.Length - 1;
        while (low <= high)
        {
            var middle = (int)((uint)(low + high) / 2);
            var order = string.CompareOrdinal(nodes.Array[middle].Id, id);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>The list with some nodes added or replaced by id; the same object when that changes nothing.</summary>
    /// <param name="nodes">The list.</param>
    /// <param name="changed">The nodes, sorted by id, each id once.</param>
    public static NodeList With(NodeList nodes, IReadOnlyList<Node> changed)
    {
        var places = new int[changed.Count];
        var added = 0;
        var isSame = true;
        for (var number = 0; number < places.Length; number++)
        {
            var place = places[number] = Find(nodes, changed[number].Id);
            added += place < 0 ? 1 : 0;
            isSame &= place >= 0 && nodes.Array[place].Equals(changed[number]);
        }

        if (isSame)
        {
            return nodes;
        }

        var result = new Node[nodes.Count + added];
        var (from, to) = (0, 0);
        for (var number = 0; number < places.Length; number++)
        {
            var place = places[number];
            var index = place < 0 ? ~place : place;
            Array.Copy(nodes.Array, from, result, to, index - from);
            to += index - from;
            result[to++] = changed[number];
            from = place < 0 ? index : index + 1;
        }

        Array.Copy(nodes.Array, from, result, to, nodes.Count - from);
        return new NodeList(result);
    }

    /// <summary>The list without some nodes; the same object when none of them is in it.</summary>
    /// <param name="nodes">The list.</param>
    /// <param name="removed">The nodes, by id, sorted by it, each id once.</param>
    public static NodeList Without(NodeList nodes, IReadOnlyList<Node> removed)
    {
        int[] places = [.. removed.Select(node => Find(nodes, node.Id)).Where(static place => place >= 0)];
        if (places.Length == 0)
        {
            return nodes;
        }

        var result = new Node[nodes.Count - places.Length];
        var (from, to) = (0, 0);
        foreach (var place in places)
        {
            Array.Copy(nodes.Array, from, result, to, place - from);
            to += place - from;
            from = place + 1;
        }

        Array.Copy(nodes.Array, from, result, to, nodes.Count - from);
        return new NodeList(result);
    }
}
