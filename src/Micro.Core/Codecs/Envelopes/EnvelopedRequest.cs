using System.Buffers;
using System.Runtime.InteropServices;

namespace Micro.Codecs.Envelopes;

/// <summary>The content of a request envelope.</summary>
/// <param name="Endpoint">Name of the endpoint; empty if the envelope names none.</param>
/// <param name="Id">Id for the response; empty if there is none.</param>
/// <param name="Message">Bytes of the message.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EnvelopedRequest(string Endpoint, string Id, ReadOnlySequence<byte> Message);
