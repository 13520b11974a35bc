namespace Micro.Transport.Grpc;

/// <summary>Maps status codes to and from the codes of other layers.</summary>
internal static class GrpcStatusCodes
{
    /// <summary>Reverses go-micro's table; returns 500 for a missing entry.</summary>
    public static int ToMicroCode(StatusCode code) => code switch
    {
        StatusCode.OK => 200,
        StatusCode.InvalidArgument => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound => 404,
        StatusCode.DeadlineExceeded => 408,
        StatusCode.AlreadyExists => 409,
        StatusCode.FailedPrecondition => 412,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        _ => 500,
    };

    /// <summary>Applies go-micro's table; returns 2 for a missing entry.</summary>
    public static StatusCode FromMicroCode(int code) => code switch
    {
        400 => StatusCode.InvalidArgument,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.NotFound,
        408 => StatusCode.DeadlineExceeded,
        409 => StatusCode.AlreadyExists,
        412 => StatusCode.FailedPrecondition,
        500 => StatusCode.Internal,
        501 => StatusCode.Unimplemented,
        503 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    public static ErrorKind ToKind(StatusCode code) => code switch
    {
        StatusCode.DeadlineExceeded => ErrorKind.Timeout,
        StatusCode.Unavailable => ErrorKind.Unavailable,
        _ => ErrorKind.Application,
    };

    /// <summary>Returns the status of an answer that is not gRPC, such as a proxy's.</summary>
    public static StatusCode FromHttpStatus(int status) => status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>Returns the status of a reset stream by its HTTP/2 error code (RFC 9113, section 7).</summary>
    public static StatusCode FromHttp2Error(long error) => error switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
