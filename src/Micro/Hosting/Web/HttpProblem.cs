using System.Globalization;

namespace Micro.Hosting.Web;

/// <summary>An error of a call as the HTTP response of the application that made the call.</summary>
/// <param name="Status">Status code of the response.</param>
/// <param name="Detail">Text for the caller.</param>
/// <param name="RetryAfter">Value of the header <c>Retry-After</c>; <see langword="null"/> for no header.</param>
internal readonly record struct HttpProblem(int Status, string Detail, string? RetryAfter)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Creates the response. What the called service answered on purpose passes; a failure on the way names addresses of nodes,
    /// which the caller does not get.
    /// </summary>
    /// <param name="error">The error of the call.</param>
    /// <param name="showsAll"><see langword="true"/> to pass every detail, in development.</param>
    public static HttpProblem Create(MicroException error, bool showsAll)
    {
        var status = StatusOf(error);
        var detail = showsAll || error.Kind == ErrorKind.Application ? error.Detail : status switch
        {
            503 => "a service that this request needs is not available",
            504 => "a service that this request needs did not answer in time",
            502 => "a service that this request needs failed",
            _ => "the request could not be passed on",
        };
        return new HttpProblem(status, detail, status == 503 ? RetryAfterOf(error) : null);
    }

    private static int StatusOf(MicroException error) => error.Kind switch
    {
        ErrorKind.Application => error.Code switch
        {
            408 => 504,
            >= 400 and < 500 or 501 or 503 or 504 => error.Code,
            _ => 502,
        },
        ErrorKind.Timeout => 504,
        ErrorKind.Unavailable or ErrorKind.Connect or ErrorKind.NotSent or ErrorKind.NoNode or ErrorKind.NotFound or ErrorKind.Registry => 503,
        ErrorKind.InvalidRequest => 500,
        _ => 502,
    };

    private static string? RetryAfterOf(MicroException error)
    {
        var pause = error.RetryPushback ?? ShortestPause;
        return pause == Timeout.InfiniteTimeSpan
            ? null
            : Math.Ceiling(Math.Max(pause.TotalSeconds, ShortestPause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
