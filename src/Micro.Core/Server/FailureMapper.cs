using Micro.Codecs;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// Maps an exception of a handler to the error that its caller sees: a <see cref="MicroException"/> as it is, any other
/// exception without its text, which may hold secrets.
/// </summary>
internal sealed class FailureMapper(string serviceName, bool showDetail, ILogger logger)
{
    /// <summary>
    /// Maximum length of a detail, which is escaped in two headers and must fit the limits of clients.
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
                // Not 503, which means that nothing was executed and makes clients repeat the call.
                return MicroException.Timeout(serviceName, $"{endpoint}: cancelled, the server is stopping");
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
