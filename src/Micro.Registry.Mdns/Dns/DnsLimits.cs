namespace Micro.Registry.Mdns.Dns;

/// <summary>Bounds of everything that a packet's sender controls.</summary>
internal static class DnsLimits
{
    /// <summary>Largest datagram that is read; Go peers may send up to this.</summary>
    public const int MaxPacketBytes = 65535;

    /// <summary>Most questions and records of a packet.</summary>
    public const int MaxRecords = 256;

    /// <summary>Most labels of a name.</summary>
    public const int MaxLabels = 128;

    /// <summary>
    /// Most labels and pointers that are followed to read all names of a packet. A packet of the largest size can hold thousands of
    /// names that each lead through thousands of pointers.
    /// </summary>
    public const int MaxNameSteps = 8192;

    /// <summary>Longest label, a bound of the format.</summary>
    public const int MaxLabelBytes = 63;

    /// <summary>Longest name in its uncompressed form, with length bytes and the final zero.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>Longest string of a TXT record.</summary>
    public const int MaxTextBytes = 255;
}
