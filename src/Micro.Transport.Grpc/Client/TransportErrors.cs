namespace Micro.Transport.Grpc.Client;

/// <summary>Translates failures of connections and of HTTP/2 into a gRPC status and a kind.</summary>
internal static class TransportErrors
{
    public static GrpcException Translate(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is HttpProtocolException protocol)
            {
                return FromHttp2(protocol, exception);
            }
        }

        return exception switch
        {
            HttpRequestException request => FromRequest(request),

            OperationCanceledException => new GrpcException(StatusCode.Cancelled, "the call was cancelled", innerException: exception),
            IOException => Unavailable($"the connection was lost: {exception.Message}", ErrorKind.Broken, exception),
            _ => new GrpcException(StatusCode.Internal, exception.Message, ErrorKind.Protocol, exception),
        };
    }

    private static GrpcException FromHttp2(HttpProtocolException protocol, Exception exception)
    {
        var status = GrpcStatusCodes.FromHttp2Error(protocol.ErrorCode);

        // The server did not process a refused stream; it may have processed any other stream that was reset.
        var kind = status == StatusCode.Unavailable ? ErrorKind.NotSent : ErrorKind.Broken;
        return new GrpcException(status, protocol.Message, kind, exception);
    }

    private static GrpcException FromRequest(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError =>
            Unavailable($"no connection: {exception.Message}", ErrorKind.Connect, exception),
        HttpRequestError.SecureConnectionError =>
            Unavailable($"no secure connection: {exception.InnerException?.Message ?? exception.Message}", ErrorKind.Connect, exception),
        HttpRequestError.VersionNegotiationError =>
            Unavailable("the server does not speak HTTP/2", ErrorKind.Connect, exception),
        HttpRequestError.ConfigurationLimitExceeded =>
            new GrpcException(StatusCode.ResourceExhausted, exception.Message, ErrorKind.Protocol, exception),
        HttpRequestError.InvalidResponse when exception.InnerException?.InnerException is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } =>
            Unavailable("the server closed the new connection: it does not speak HTTP/2, or refuses this client", ErrorKind.Connect, exception),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError =>
            new GrpcException(StatusCode.Internal, exception.Message, ErrorKind.Protocol, exception),
        _ => Unavailable($"the connection was lost: {exception.Message}", ErrorKind.Broken, exception),
    };

    private static GrpcException Unavailable(string detail, ErrorKind kind, Exception exception) =>
        new(StatusCode.Unavailable, detail, kind, exception);
}
