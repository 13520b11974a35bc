using Grpc.Core;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>
/// The status with which a handler of a stub ended its call. Sent as it is over gRPC; over mucp as the error of
/// go-micro's table, beside the status itself.
/// </summary>
internal sealed class StubStatusException(string service, Status status, string? details, Exception? cause)
    : MicroException(GrpcStatusCodes.ToMicroCode(status.StatusCode), service, Shorten(status.Detail), ErrorKind.Application, cause)
{
    public const string StatusKey = "grpc-status";

    public const string DetailsKey = "grpc-status-details-bin";

    /// <summary>Maximum length of a detail, which is escaped in headers and must fit the limits of clients.</summary>
    private const int MaxDetail = 2048;

    public Status GrpcStatus { get; } = new(status.StatusCode, Shorten(status.Detail));

    /// <summary>Base64 of a <c>google.rpc.Status</c>; <see langword="null"/> when the handler set none.</summary>
    public string? StatusDetails { get; } = details;

    private static string Shorten(string detail) => detail.Length <= MaxDetail ? detail : detail[..(MaxDetail - 3)] + "...";
}
