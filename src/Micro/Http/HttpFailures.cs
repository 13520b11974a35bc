using System.Diagnostics.CodeAnalysis;

namespace Micro.Http;

/// <summary>Reads what a failed attempt says: by types and codes, never by text.</summary>
internal static class HttpFailures
{
    private const long RefusedStream = 7; // RFC 9113, section 7

    /// <summary>Returns whether the failure is one of the transport that another node may not have.</summary>
    public static bool TryRead(Exception exception, [NotNullWhen(true)] out ErrorKind? kind)
    {
        kind = exception switch
        {
            HttpRequestException failure => KindOf(failure),

            // How SocketsHttpHandler reports its ConnectTimeout.
            OperationCanceledException { InnerException: TimeoutException } => ErrorKind.Connect,
            _ => null,
        };
        return kind is not null;
    }

    private static ErrorKind? KindOf(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError => ErrorKind.Connect,
        HttpRequestError.HttpProtocolError => IsRefusedStream(failure) ? ErrorKind.NotSent : ErrorKind.Broken,
        HttpRequestError.ResponseEnded => ErrorKind.Broken,
        HttpRequestError.InvalidResponse => ErrorKind.Protocol,
        HttpRequestError.Unknown when failure.InnerException is IOException => ErrorKind.Broken,
        _ => null,
    };

    private static bool IsRefusedStream(Exception failure)
    {
        for (var cause = failure.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
            {
                return protocol.ErrorCode == RefusedStream;
            }
        }

        return false;
    }
}
