namespace Micro.FuzzTests.Engine;

/// <summary>A decoder under attack: where its inputs come from and what it may do with them.</summary>
/// <param name="Name">Name of the folder that holds its findings.</param>
/// <param name="Decode">Decodes one input on the calling thread, and checks what came out; a violated property is an exception.</param>
/// <param name="Seeds">Valid inputs that mutations begin with.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Decode, IReadOnlyList<byte[]> Seeds)
{
    /// <summary>Gets the errors that the decoder documents; any other exception is a finding.</summary>
    public IReadOnlyList<Type> Declared { get; init; } = [];

    /// <summary>Gets the bytes that decoding may allocate besides eight for each byte of the input.</summary>
    public long AllocationCap { get; init; } = 64 * 1024;

    /// <summary>Gets the longest input.</summary>
    public int MaxInputBytes { get; init; } = 64 * 1024;

    /// <summary>Gets words that the decoder's format knows, besides those that every format is attacked with.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>Gets contents that the format compresses; they are mutated before they are packed.</summary>
    public IReadOnlyList<byte[]> Contents { get; init; } = [];

    /// <summary>Gets the function that packs one of <see cref="Contents"/> as the format asks for.</summary>
    public Func<byte[], byte[]>? Pack { get; init; }
}
