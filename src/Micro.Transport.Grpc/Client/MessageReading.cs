using System.Buffers;

namespace Micro.Transport.Grpc.Client;

/// <summary>Reads messages; whatever a marshaller throws is the peer's fault.</summary>
internal static class MessageReading
{
    public static T Read<T>(GrpcMarshaller<T> marshaller, ReadOnlySequence<byte> bytes)
    {
        try
        {
            return marshaller.Read(bytes);
        }
        catch (Exception exception)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"a message cannot be read: {exception.Message}", ErrorKind.Protocol, exception);
        }
    }
}
