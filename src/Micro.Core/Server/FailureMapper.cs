using Micro.Codecs;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// Turns whatever a handler throws into the error that its caller sees: a <see cref="MicroException"/> as it is,
/// anything else without its text, which may hold secrets.
/// </summary>
internal sealed class FailureMapper(string serviceName, bool showDetail, ILogger logger)
{
    public MicroException Map(Exception exception, string endpoint, bool deadlinePassed, bool serverStops)
    {
        switch (exception)
        {
            case MicroException known:
                return known;
            case CodecException codec:
                return MicroException.BadRequest(serviceName, codec.Message);
            case OperationCanceledException when serverStops:
                return MicroException.Unavailable(serviceName, "server is stopping");
            case OperationCanceledException when deadlinePassed:
                return MicroException.Timeout(serviceName, $"{endpoint}: deadline exceeded");
        }

        var errorId = Guid.NewGuid().ToString("N")[..12];
        logger.HandlerFailed(exception, endpoint, errorId);
        var detail = showDetail ? $"{exception.GetType().Name}: {exception.Message} ({errorId})" : $"internal error {errorId}";
        return MicroException.InternalServerError(serviceName, detail);
    }
}
