namespace Micro.Transport.Grpc;

/// <summary>How status codes relate to the codes of other layers.</summary>
internal static class GrpcStatusCodes
{
    /// <summary>go-micro's table, read backwards: 500 for what is not in it.</summary>
    public static int ToMicroCode(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.Ok => 200,
        GrpcStatusCode.InvalidArgument => 400,
        GrpcStatusCode.Unauthenticated => 401,
        GrpcStatusCode.PermissionDenied => 403,
        GrpcStatusCode.NotFound => 404,
        GrpcStatusCode.DeadlineExceeded => 408,
        GrpcStatusCode.AlreadyExists => 409,
        GrpcStatusCode.FailedPrecondition => 412,
        GrpcStatusCode.Unimplemented => 501,
        GrpcStatusCode.Unavailable => 503,
        _ => 500,
    };

    /// <summary>go-micro's table; 2 for what is not in it.</summary>
    public static GrpcStatusCode FromMicroCode(int code) => code switch
    {
        400 => GrpcStatusCode.InvalidArgument,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.NotFound,
        408 => GrpcStatusCode.DeadlineExceeded,
        409 => GrpcStatusCode.AlreadyExists,
        412 => GrpcStatusCode.FailedPrecondition,
        500 => GrpcStatusCode.Internal,
        501 => GrpcStatusCode.Unimplemented,
        503 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    public static ErrorKind ToKind(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.DeadlineExceeded => ErrorKind.Timeout,
        GrpcStatusCode.Unavailable => ErrorKind.Unavailable,
        _ => ErrorKind.Application,
    };

    /// <summary>For an answer that is no gRPC: a proxy or another server.</summary>
    public static GrpcStatusCode FromHttpStatus(int status) => status switch
    {
        400 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    /// <summary>For a stream that was reset: the error code of HTTP/2 (RFC 9113, section 7).</summary>
    public static GrpcStatusCode FromHttp2Error(long error) => error switch
    {
        0x7 => GrpcStatusCode.Unavailable, // REFUSED_STREAM
        0x8 => GrpcStatusCode.Cancelled, // CANCEL
        0xb => GrpcStatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => GrpcStatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => GrpcStatusCode.Internal,
    };
}
