using System.Globalization;
using Grpc.Core;
using Micro.Codecs;

namespace Micro.Transport.Grpc.Stubs.Client;

/// <summary>Translates failures into the status that callers of generated clients see.</summary>
internal static class StubStatus
{
    public const string DetailsKey = "grpc-status-details-bin";

    private const string StatusKey = "grpc-status";

    /// <summary>
    /// Returns the status that the server gave as it is. An error of this framework has the status of go-micro's table, and as
    /// its detail the error JSON.
    /// </summary>
    /// <param name="exception">The failure.</param>
    /// <param name="trailers">The trailers of the call, in which mucp carries the exact status of a gRPC handler.</param>
    /// <param name="isCancelled"><see langword="true"/> when the caller cancelled or disposed the call.</param>
    public static Status Of(Exception exception, CallMetadata trailers, bool isCancelled) => exception switch
    {
        GrpcException answered => new Status(answered.StatusCode, answered.Detail, answered),
        MicroException error when TryReadExact(trailers, out var code) => new Status(code, error.Detail, error),
        MicroException error => new Status(GrpcStatusCodes.FromMicroCode(error.Code), ErrorJson.Format(error), error),
        OperationCanceledException => new Status(StatusCode.Cancelled, "the call was cancelled", exception),
        ObjectDisposedException when isCancelled => new Status(StatusCode.Cancelled, "the call was disposed", exception),
        _ => new Status(StatusCode.Internal, exception.Message, exception),
    };

    /// <summary>Returns <see langword="true"/> when no node was available for the call.</summary>
    public static bool IsNotReady(MicroException exception) =>
        exception.Kind is ErrorKind.NotFound or ErrorKind.NoNode or ErrorKind.Registry or ErrorKind.Connect;

    private static bool TryReadExact(CallMetadata trailers, out StatusCode code)
    {
        var isExact = int.TryParse(trailers.GetValueOrDefault(StatusKey), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 16;
        code = (StatusCode)number;
        return isExact;
    }
}
