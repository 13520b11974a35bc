namespace Micro.Transport.Grpc;

/// <summary>A gRPC call that did not end with <see cref="GrpcStatusCode.Ok"/>, whoever found out: the server, the transport or this client.</summary>
/// <remarks><see cref="MicroException.Code"/> follows from the status as go-micro maps it: 5 is 404, 14 is 503, what has no partner is 500.</remarks>
public sealed class GrpcException : MicroException
{
    /// <summary>Makes an error.</summary>
    /// <param name="statusCode">The status; not <see cref="GrpcStatusCode.Ok"/>.</param>
    /// <param name="detail">What went wrong, for people.</param>
    /// <param name="kind">The kind that retry decides by; <see langword="null"/> for the one that follows from the status.</param>
    /// <param name="innerException">The cause, kept local.</param>
    public GrpcException(GrpcStatusCode statusCode, string detail, ErrorKind? kind = null, Exception? innerException = null)
        : base(GrpcStatusCodes.ToMicroCode(statusCode), "go.micro.client", detail, kind ?? GrpcStatusCodes.ToKind(statusCode), innerException) =>
        StatusCode = statusCode;

    /// <summary>The status of the call.</summary>
    public GrpcStatusCode StatusCode { get; }

    /// <summary>
    /// The bytes of <c>grpc-status-details-bin</c>: a message <c>google.rpc.Status</c> when the server keeps to the
    /// custom; empty when there is none.
    /// </summary>
    public ReadOnlyMemory<byte> StatusDetails { get; init; }

    /// <summary>The trailers that came with the status, without those of gRPC itself.</summary>
    public GrpcMetadata Trailers { get; init; } = GrpcMetadata.Empty;
}
