namespace Micro.Transport.Grpc.Server;

/// <summary>A call that breaks the protocol or requests something unknown: answered with a gRPC status and plain text.</summary>
internal sealed class CallRefusal(StatusCode status, string detail, Exception? innerException = null) : Exception(detail, innerException)
{
    public StatusCode Status { get; } = status;

    public static CallRefusal Malformed(string detail, Exception? innerException = null) => new(StatusCode.Internal, detail, innerException);
}
