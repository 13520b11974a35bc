using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Micro.Codecs;
using Micro.Transport.Grpc.Server.Api;
using Micro.Transport.Grpc.Stubs.Server;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// The report of a failed call: protocol errors have a status and plain text; errors of the service, as in go-micro, have
/// the error JSON as message and the error again as a detail.
/// </summary>
internal static class CallFailure
{
    private const string ErrorType = "type.googleapis.com/errors.Error";

    /// <summary>The details repeat the message; longer ones would exceed the header limits of clients.</summary>
    private const int MaxDetailsBytes = 8 * 1024;

    public static void Report(GrpcReply reply, CallRefusal refusal) => reply.Fail(refusal.Status, refusal.Message, details: null);

    public static void Report(GrpcReply reply, MicroException error)
    {
        if (error is StubStatusException answered)
        {
            // The handler chose a gRPC status: callers get it unchanged.
            reply.Fail(answered.GrpcStatus.StatusCode, answered.GrpcStatus.Detail, answered.StatusDetails);
            return;
        }

        // A failure forwarded from another call keeps its status; go-micro's table has fewer.
        var status = error is GrpcException passedOn ? passedOn.StatusCode : GrpcStatusCodes.FromMicroCode(error.Code);
        var message = ErrorJson.Format(error);
        reply.Fail(status, message, Details(status, message, error));
    }

    private static string? Details(StatusCode status, string message, MicroException error)
    {
        var detail = new ErrorDetail { Id = error.Id, Code = error.Code, Detail = error.Detail, Status = error.Status };
        var details = new RpcStatus
        {
            Code = (int)status,
            Message = message,
            Details = { new Any { TypeUrl = ErrorType, Value = detail.ToByteString() } },
        };
        return details.CalculateSize() <= MaxDetailsBytes ? Convert.ToBase64String(details.ToByteArray()).TrimEnd('=') : null;
    }
}
