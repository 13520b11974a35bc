namespace Micro.Server.Peers;

/// <summary>
/// The resources of a server that one address uses. Guarded by the locks of <see cref="PeerTable"/>,
/// <see cref="SlotBudget"/> and <see cref="ByteBudget"/>.
/// </summary>
internal sealed class Peer(object? key)
{
    /// <summary>Number of running calls.</summary>
    public int Calls;

    /// <summary>Number of streams with running handlers.</summary>
    public int Streams;

    /// <summary>Bytes of answers that wait for the peer, among <see cref="HeldBytes"/>.</summary>
    public long UntakenBytes;

    /// <summary>Gets the key in the table; <see langword="null"/> for a peer without a network address.</summary>
    public object? Key => key;

    /// <summary>Gets or sets the number of open connections.</summary>
    public int Connections { get; set; }

    /// <summary>Gets or sets the bytes of admitted messages and of untaken answers.</summary>
    public long HeldBytes { get; set; }

    /// <summary>Gets or sets the bytes that the transport may hold for messages that wait for admission.</summary>
    public long WaitingBytes { get; set; }

    /// <summary>Gets the messages that wait for admission, the oldest first.</summary>
    public LinkedList<ByteWaiter> Waiting { get; } = new();
}
