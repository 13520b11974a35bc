using System.Text;

namespace Micro.Server;

/// <summary>The default id of a server: a GUID, shortened when name and id would not fit into one DNS label.</summary>
internal static class DefaultId
{
    private const int MaxLabelBytes = 63;
    private const int GuidLength = 36;

    /// <summary>32 random bits: enough to distinguish the nodes of one service.</summary>
    private const int ShortestLength = 8;

    /// <summary>Returns the id. A name that leaves no room gets the whole GUID, because most registries have no such limit.</summary>
    /// <param name="name">Name of the service; its last part shares a label with the id.</param>
    /// <param name="guid">The random number.</param>
    public static string For(string name, Guid guid)
    {
        var room = MaxLabelBytes - Encoding.UTF8.GetByteCount(name.AsSpan(name.LastIndexOf('.') + 1)) - 1;
        if (room is >= GuidLength or < ShortestLength)
        {
            return guid.ToString();
        }

        var digits = guid.ToString("N");
        return digits[..Math.Min(room, digits.Length)];
    }
}
