using Google.Protobuf;

namespace Micro.Transport.Grpc;

/// <summary>Marshallers for the usual kinds of messages.</summary>
public static class GrpcMarshallers
{
    /// <summary>Makes a marshaller for a generated protobuf message; nesting is limited by the protobuf library (100).</summary>
    /// <typeparam name="T">Type of the message.</typeparam>
    /// <returns>The marshaller.</returns>
    public static GrpcMarshaller<T> Protobuf<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(static () => new T());
        return new GrpcMarshaller<T>(static (message, output) => message.WriteTo(output), bytes => parser.ParseFrom(bytes));
    }
}
