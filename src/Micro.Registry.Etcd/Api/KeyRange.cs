using Google.Protobuf;

namespace Micro.Registry.Etcd.Api;

/// <summary>All keys that begin with a prefix.</summary>
internal readonly record struct KeyRange(string Prefix)
{
    public ByteString Start => ByteString.CopyFromUtf8(Prefix);

    /// <summary>Gets the first key after the range. Prefixes end with a slash, so the last byte can always be raised.</summary>
    public ByteString End => ByteString.CopyFromUtf8(Prefix[..^1] + (char)(Prefix[^1] + 1));
}
