using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Micro.Client;

/// <summary>The request of a unary call; empty for a stream. Handed along with the call, which would be larger with it.</summary>
/// <param name="Message">The request if it is a protobuf message, whose package may name the method.</param>
/// <param name="Body">The request, encoded; valid until the call ends.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EncodedRequest(IMessage? Message, ReadOnlyMemory<byte> Body);
