namespace Micro.Transport.Grpc;

/// <summary>One pair of <see cref="GrpcMetadata"/>. Immutable.</summary>
public sealed class GrpcMetadataEntry
{
    internal GrpcMetadataEntry(string key, string text)
    {
        Key = key;
        Text = text;
    }

    internal GrpcMetadataEntry(string key, byte[] bytes)
        : this(key, Convert.ToBase64String(bytes).TrimEnd('=')) => Bytes = bytes;

    /// <summary>The key in lower case.</summary>
    public string Key { get; }

    /// <summary>The value as it stands on the wire: text, or base64 for a binary one.</summary>
    public string Text { get; }

    /// <summary>Whether the key ends with <c>-bin</c>.</summary>
    public bool IsBinary => GrpcMetadata.IsBinaryKey(Key);

    /// <summary>The value of a binary entry; empty for text.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }
}
