namespace Micro.Codecs;

/// <summary>A message could not be written or read in a format.</summary>
/// <param name="codec">Name of the codec.</param>
/// <param name="detail">The description of the failure.</param>
/// <param name="innerException">The cause.</param>
public sealed class CodecException(string codec, string detail, Exception? innerException = null)
    : Exception($"{codec}: {detail}", innerException)
{
    /// <summary>Name of the codec.</summary>
    public string Codec { get; } = codec;
}
