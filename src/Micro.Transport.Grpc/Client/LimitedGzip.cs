using System.Buffers;
using System.IO.Compression;
using Grpc.Net.Compression;
using Micro.Basics;
using Micro.Transport.Grpc.Server;

namespace Micro.Transport.Grpc.Client;

/// <summary>Unpacks messages for the gRPC library, which itself would unpack without a limit.</summary>
internal sealed class LimitedGzip(int limit) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateDecompressionStream(Stream stream)
    {
        var packed = new byte[stream.Length];
        stream.ReadExactly(packed);
        using var output = new PooledBufferWriter();
        try
        {
            Gzip.Unpack(new ReadOnlySequence<byte>(packed), output, limit, TransportLimits.ClientSizeFlag);
        }
        catch (CallRefusal refusal)
        {
            throw new GrpcException(refusal.Status, refusal.Message, ErrorKind.Protocol, refusal.InnerException);
        }

        return new MemoryStream(output.WrittenSpan.ToArray(), writable: false);
    }

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        throw new NotSupportedException("messages are never compressed");
}
