using Micro.Basics;

namespace Micro;

/// <summary>
/// The one error type of the framework: every failure of a call surfaces as a <see cref="MicroException"/>,
/// and a handler throws it to answer with a typed error. Id and code travel end to end.
/// </summary>
/// <remarks>On the wire it is go-micro's error JSON <c>{"id","code","detail","status"}</c>.</remarks>
public class MicroException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="code">HTTP-like number, for example 400; 0 when unknown.</param>
    /// <param name="id">The origin of the error, for example <c>greeter.hello</c>.</param>
    /// <param name="detail">The description of the failure, for people.</param>
    /// <param name="kind">The kind that retry and ejection decide by.</param>
    /// <param name="innerException">The cause, kept local and never sent.</param>
    public MicroException(int code, string id, string detail, ErrorKind kind = ErrorKind.Application, Exception? innerException = null)
        : base(detail, innerException)
    {
        Code = code;
        Id = id;
        Status = ReasonPhrases.Get(code);
        Kind = kind;
    }

    /// <summary>HTTP-like number of the error; 0 when the peer sent bare text.</summary>
    public int Code { get; }

    /// <summary>The origin of the error, usually a service or <c>go.micro.client</c>.</summary>
    public string Id { get; }

    /// <summary>Gets what went wrong, for people, and what may help where the caller knows more than who failed.</summary>
    public override string Message => base.Message + Hint;

    /// <summary>The description of the failure; the same text as <see cref="Exception.Message"/>.</summary>
    public string Detail => Message;

    /// <summary>Reason phrase of <see cref="Code"/>, or what the peer sent.</summary>
    public string Status { get; init; }

    /// <summary>The kind that retry and ejection decide by.</summary>
    public ErrorKind Kind { get; }

    /// <summary>The node that was asked last, or <see langword="null"/> when none was.</summary>
    public Node? Node { get; internal set; }

    /// <summary>The number of attempts, 0 when the call failed before the first one.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Gets or sets what may help, as the end of the message; never sent.</summary>
    internal string Hint { get; set; } = "";

    /// <summary>
    /// Gets how long the server asks to wait before the call is tried again (<c>grpc-retry-pushback-ms</c>);
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> when it is not to be, <see langword="null"/> when it asks nothing.
    /// </summary>
    internal TimeSpan? RetryPushback { get; init; }

    /// <summary>400: the request is wrong.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException BadRequest(string id, string detail) => new(400, id, detail);

    /// <summary>401: the caller is not known.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException Unauthorized(string id, string detail) => new(401, id, detail);

    /// <summary>403: the caller may not do this.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException Forbidden(string id, string detail) => new(403, id, detail);

    /// <summary>404: the requested object does not exist.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException NotFound(string id, string detail) => new(404, id, detail);

    /// <summary>405: the operation is not allowed here.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException MethodNotAllowed(string id, string detail) => new(405, id, detail);

    /// <summary>408: time ran out.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException Timeout(string id, string detail) => new(408, id, detail, ErrorKind.Timeout);

    /// <summary>409: the request conflicts with the present state.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException Conflict(string id, string detail) => new(409, id, detail);

    /// <summary>500: the service failed.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException InternalServerError(string id, string detail) => new(500, id, detail);

    /// <summary>501: the service does not do this.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException NotImplemented(string id, string detail) => new(501, id, detail);

    /// <summary>503: the service cannot serve now; callers may try another node.</summary>
    /// <param name="id">The origin of the error, usually a service or <c>go.micro.client</c>.</param>
    /// <param name="detail">The description of the failure.</param>
    public static MicroException Unavailable(string id, string detail) => new(503, id, detail, ErrorKind.Unavailable);
}
