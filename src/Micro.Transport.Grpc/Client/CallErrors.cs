using Google.Protobuf;
using Grpc.Core;
using Micro.Codecs;
using Micro.Transport.Grpc.Server.Api;

namespace Micro.Transport.Grpc.Client;

/// <summary>Translates the failure of an attempt into an error whose kind decides on retry and ejection.</summary>
internal static class CallErrors
{
    /// <param name="exception">The exception that ended the attempt.</param>
    /// <param name="call">The attempt.</param>
    /// <param name="address">Address of the node.</param>
    /// <param name="refusal">The reason the server refused all connections so far; <see langword="null"/> when it did not.</param>
    public static MicroException Of(Exception exception, OutgoingCall call, string address, string? refusal)
    {
        var failure = exception as RpcException;
        var cause = call.Exchange is { IsFaulted: true } failed ? failed.Exception.InnerException! : failure?.Status.DebugException ?? exception;
        if (cause is MicroException known && (known.Kind != ErrorKind.NotSent || refusal is null))
        {
            return known;
        }

        try
        {
            if (call.Answer is { } answer)
            {
                if (ResponseStatus.Find(answer) is { } status)
                {
                    return Of(status);
                }

                if (ReferenceEquals(cause, failure))
                {
                    return ResponseStatus.FromLibrary(answer, failure!.Status);
                }
            }
        }
        catch (GrpcException malformed)
        {
            return malformed;
        }

        if (refusal is not null)
        {
            return new MicroException(503, "go.micro.client.transport", $"connection error: {address}: {refusal}", ErrorKind.Connect, cause);
        }

        for (var inner = cause.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is MicroException { Kind: ErrorKind.Connect } refused)
            {
                return new MicroException(refused.Code, refused.Id, refused.Detail, refused.Kind, cause);
            }
        }

        var error = TransportErrors.Translate(cause);
        return error.Kind == ErrorKind.Broken && !call.HasBegun
            ? new GrpcException(error.StatusCode, $"connection to {address} broke before the request was sent: {error.Detail}", ErrorKind.NotSent, cause)
            : new GrpcException(error.StatusCode, $"{address}: {error.Detail}", error.Kind, cause);
    }

    /// <summary>
    /// Returns the error of the service as go-micro sends it: as first detail, else as JSON in the message. Any other status
    /// is returned as it is.
    /// </summary>
    private static MicroException Of(GrpcException status)
    {
        if (TryReadDetail(status.StatusDetails) is { } detail)
        {
            var kind = ErrorJson.KindOf(detail.Code, detail.Id);
            return new MicroException(detail.Code, detail.Id, detail.Detail, kind, status) { Status = detail.Status, RetryPushback = status.RetryPushback };
        }

        return status.Detail.StartsWith('{') && ErrorJson.Parse(status.Detail) is { Code: > 0 } error
            ? new MicroException(error.Code, error.Id, error.Detail, error.Kind, status) { Status = error.Status, RetryPushback = status.RetryPushback }
            : status;
    }

    private static ErrorDetail? TryReadDetail(ReadOnlyMemory<byte> details)
    {
        if (details.IsEmpty)
        {
            return null;
        }

        try
        {
            var status = RpcStatus.Parser.ParseFrom(details.Span);
            return status.Details.Count > 0 && status.Details[0].TypeUrl.EndsWith("/errors.Error", StringComparison.Ordinal)
                ? ErrorDetail.Parser.ParseFrom(status.Details[0].Value)
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null; // the message holds the same error
        }
    }
}
