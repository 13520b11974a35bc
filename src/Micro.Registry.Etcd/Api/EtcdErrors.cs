using Grpc.Core;
using Micro.Basics;

namespace Micro.Registry.Etcd.Api;

/// <summary>The meaning of etcd's errors. The message of each is the reason alone, on one line.</summary>
internal static class EtcdErrors
{
    public static RpcException Create(StatusCode status, string reason, Exception? cause = null) => new(new Status(status, reason, cause), reason);

    /// <summary>Turns an error of the library into one with a plain reason; a lost connection is always <see cref="StatusCode.Unavailable"/>.</summary>
    public static Exception Explain(Exception error, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException("the call was cancelled", error, cancellationToken);
        }

        var status = (error as RpcException)?.Status;
        var cause = status is null ? error : status.Value.DebugException;
        return LostConnection(cause) is { } reason ? Create(StatusCode.Unavailable, reason, error)
            : status is { StatusCode: not StatusCode.OK } known ? Create(known.StatusCode, known.Detail.Length > 0 ? known.Detail : $"status {known.StatusCode}", error)
            : Create(StatusCode.Unavailable, "the server has ended the stream", error);
    }

    /// <summary>Returns the status of an error of etcd; the kind of any other.</summary>
    public static string KindOf(Exception error) => error is RpcException { StatusCode: var status } ? status.ToString() : FailureRow.KindOf(error);

    /// <summary>Returns <see langword="true"/> if a new token may help. etcd reports a missing one and one from before a change of rights in words only.</summary>
    public static bool IsStaleToken(RpcException error) =>
        error.StatusCode == StatusCode.Unauthenticated
        || (error.StatusCode == StatusCode.InvalidArgument
            && (error.Status.Detail.Contains("user name is empty", StringComparison.Ordinal)
                || error.Status.Detail.Contains("revision of auth store is old", StringComparison.Ordinal)));

    /// <summary>Returns <see langword="true"/> if another member may do better. Every operation here may be repeated.</summary>
    public static bool MayTryAnother(RpcException error) => error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded;

    public static bool IsDenied(RpcException error) =>
        error.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.InvalidArgument;

    public static RegistryException ToRegistryError(RpcException error, TimeSpan? retryAfter = null) =>
        IsDenied(error)
            ? new RegistryDeniedException("etcd", $"etcd refused: {error.Message}", error)
            : new RegistryUnavailableException("etcd", $"etcd cannot be used: {error.Message}", error) { RetryAfter = retryAfter };

    /// <summary>Returns why there is no connection; <see langword="null"/> when the member answered or the call was given up.</summary>
    private static string? LostConnection(Exception? cause) => cause switch
    {
        OperationCanceledException when HasTimedOut(cause) => "no connection in time",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } => $"no connection: {cause.Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"no secure connection: {cause.InnerException?.Message ?? cause.Message}",
        HttpRequestException { InnerException.InnerException: HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } } =>
            "the server closed the new connection: it does not speak HTTP/2, or refuses this client",
        HttpRequestException or IOException or ObjectDisposedException => $"the connection failed: {(cause.InnerException ?? cause).Message.ReplaceLineEndings(" ")}",
        _ => null,
    };

    private static bool HasTimedOut(Exception cause) => cause is TimeoutException || (cause.InnerException is { } inner && HasTimedOut(inner));
}
