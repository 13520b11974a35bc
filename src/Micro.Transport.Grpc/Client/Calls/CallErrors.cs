using Google.Protobuf;
using Micro.Transport.Grpc.Server.Api;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>What the failure of an attempt is to the caller, and by its kind to retry and ejection.</summary>
internal static class CallErrors
{
    /// <param name="exception">What the attempt ended with.</param>
    /// <param name="address">Address of the node.</param>
    /// <param name="hasBegun">Whether any of the request can have reached the server.</param>
    public static MicroException Of(Exception exception, string address, bool hasBegun)
    {
        switch (exception)
        {
            case GrpcException answered:
                return Of(answered);
            case MicroException known:
                return known;
        }

        for (var cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is MicroException { Kind: ErrorKind.Connect } refused)
            {
                return new MicroException(refused.Code, refused.Id, refused.Detail, refused.Kind, exception);
            }
        }

        var error = TransportErrors.Translate(exception);
        return error.Kind == ErrorKind.Broken && !hasBegun
            ? new GrpcException(error.StatusCode, $"connection to {address} broke before the request was sent: {error.Detail}", ErrorKind.NotSent, exception)
            : new GrpcException(error.StatusCode, $"{address}: {error.Detail}", error.Kind, exception);
    }

    /// <summary>
    /// An error as go-micro sends it: as first detail, else as JSON in the message. Any other status stands for itself.
    /// </summary>
    public static MicroException Of(GrpcException status)
    {
        if (TryReadDetail(status.StatusDetails) is { } detail)
        {
            var kind = ErrorJson.KindOf(detail.Code, detail.Id);
            return new MicroException(detail.Code, detail.Id, detail.Detail, kind, status) { Status = detail.Status };
        }

        return status.Detail.StartsWith('{') && ErrorJson.Parse(status.Detail) is { Code: > 0 } error
            ? new MicroException(error.Code, error.Id, error.Detail, error.Kind, status) { Status = error.Status }
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
            return null; // the message says it as well
        }
    }
}
