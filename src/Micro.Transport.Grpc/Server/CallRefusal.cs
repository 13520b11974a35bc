namespace Micro.Transport.Grpc.Server;

/// <summary>A call that breaks the protocol, or asks for what is not there: answered with a status of gRPC and plain text.</summary>
internal sealed class CallRefusal(StatusCode status, string detail, Exception? innerException = null) : Exception(detail, innerException)
{
    public StatusCode Status { get; } = status;

    public static CallRefusal Malformed(string detail, Exception? innerException = null) => new(StatusCode.Internal, detail, innerException);
}
