using System.Buffers;
using System.Runtime.InteropServices;

namespace Micro.Codecs.Envelopes;

/// <summary>The content of a response envelope.</summary>
/// <param name="Error">Text of the error; <see langword="null"/> on success.</param>
/// <param name="Message">Bytes of the message.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EnvelopedResponse(string? Error, ReadOnlySequence<byte> Message);
