using Grpc.Core;

namespace Micro.Transport.Grpc;

/// <summary>
/// A gRPC call that did not end with <see cref="StatusCode.OK"/>, whether the server, the transport or this client found
/// the failure.
/// </summary>
/// <remarks>
/// <see cref="MicroException.Code"/> follows from the status as go-micro maps it: 5 is 404, 14 is 503; a status without a
/// counterpart is 500.
/// </remarks>
public sealed class GrpcException : MicroException
{
    /// <summary>Creates an error.</summary>
    /// <param name="statusCode">The status; not <see cref="StatusCode.OK"/>.</param>
    /// <param name="detail">The description of the failure, for people.</param>
    /// <param name="kind">The kind that retry decides by; <see langword="null"/> for the one that follows from the status.</param>
    /// <param name="innerException">The cause; it stays on this side.</param>
    public GrpcException(StatusCode statusCode, string detail, ErrorKind? kind = null, Exception? innerException = null)
        : base(GrpcStatusCodes.ToMicroCode(statusCode), "go.micro.client", detail, kind ?? GrpcStatusCodes.ToKind(statusCode), innerException) =>
        StatusCode = statusCode;

    /// <summary>Gets the status of the call.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>
    /// Gets the bytes of <c>grpc-status-details-bin</c>: a <c>google.rpc.Status</c> message by convention; empty when the
    /// server sent none.
    /// </summary>
    public ReadOnlyMemory<byte> StatusDetails { get; init; }

    /// <summary>Gets the trailers that came with the status, without those of gRPC itself.</summary>
    public Metadata Trailers { get; init; } = [];
}
