using System.Net;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>One node of another process. Mutable parts are guarded by the browser's lock.</summary>
internal sealed class CachedNode(string instance, ServiceRecord record, byte[] textHash, IPAddress source, long since)
{
    public string Instance { get; } = instance;

    /// <summary>The record with this one node; immutable.</summary>
    public ServiceRecord Record { get; private set; } = record;

    /// <summary>Hash of the TXT record, to skip unpacking a repeated one.</summary>
    public byte[] TextHash { get; private set; } = textHash;

    /// <summary>Gets the record before the last change, and the time of that change; <see langword="null"/> when it never changed.</summary>
    public (string Address, byte[] TextHash, long ChangedAt)? Earlier { get; private set; }

    /// <summary>Size of the unpacked record in bytes.</summary>
    public int Bytes { get; set; }

    /// <summary>When it was heard first.</summary>
    public long Since { get; } = since;

    /// <summary>When it was heard last.</summary>
    public long LastSeen { get; set; }

    /// <summary>Gets or sets the lifetime after the last response.</summary>
    public TimeSpan Ttl { get; set; }

    /// <summary>Grows with every new or changed node: the endpoints of a version are those of the youngest.</summary>
    public long Order { get; set; }

    /// <summary>When somebody else contradicted it; null when nobody did since it was heard.</summary>
    public long? DoubtedSince { get; set; }

    /// <summary>When it was asked last because somebody else contradicted it; null when it never was.</summary>
    public long? AskedAt { get; set; }

    /// <summary>
    /// Address whose packets may change it, and that is charged for it: the one that was heard first, until the node is heard from
    /// the address at which it is called. Anybody can send a node's packets again, so a repetition gives nobody a say.
    /// </summary>
    public IPAddress Source { get; set; } = source;

    /// <summary>Replaces the record.</summary>
    public void Change(ServiceRecord record, byte[] textHash, long now)
    {
        Earlier = (Record.Nodes[0].Address, TextHash, now);
        Record = record;
        TextHash = textHash;
    }
}
