using Micro.Codecs;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// Turns whatever a handler throws into the error that its caller sees: a <see cref="MicroException"/> as it is,
/// anything else without its text, which may hold secrets.
/// </summary>
internal sealed class FailureMapper(string serviceName, bool showDetail, ILogger logger)
{
    /// <summary>
    /// Most characters of a detail: it travels in two headers, escaped, and must not exceed what clients take.
    /// </summary>
    private const int MaxDetail = 2048;

    /// <summary>Creates the error with which a stopping server ends streams and refuses new ones.</summary>
    public static MicroException GoingAway(string serviceName) => MicroException.Unavailable(serviceName, "going away: the server is stopping");

    public MicroException Map(Exception exception, string endpoint, bool deadlinePassed, bool serverStops, bool isStream = false)
    {
        switch (exception)
        {
            case MicroException known:
                return Shorten(known);
            case CodecException codec:
                return Shorten(MicroException.BadRequest(serviceName, codec.Message));
            case OperationCanceledException when serverStops && isStream:
                return GoingAway(serviceName);
            case OperationCanceledException when serverStops:
                // Not 503, which says that nothing was executed and makes clients repeat the call.
                return MicroException.Timeout(serviceName, $"{endpoint}: cut off, the server is stopping");
            case OperationCanceledException when deadlinePassed:
                return MicroException.Timeout(serviceName, $"{endpoint}: deadline exceeded");
        }

        var errorId = Guid.NewGuid().ToString("N")[..12];
        logger.HandlerFailed(exception, endpoint, errorId);
        var detail = showDetail ? $"{exception.GetType().Name}: {exception.Message} ({errorId})" : $"internal error {errorId}";
        return Shorten(MicroException.InternalServerError(serviceName, detail));
    }

    private static MicroException Shorten(MicroException error) => error.Detail.Length <= MaxDetail
        ? error
        : new MicroException(error.Code, error.Id, error.Detail[..MaxDetail] + "...", error.Kind, error) { Status = error.Status };
}
