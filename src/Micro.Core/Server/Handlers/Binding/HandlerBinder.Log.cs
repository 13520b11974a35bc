using Microsoft.Extensions.Logging;

namespace Micro.Server.Handlers.Binding;

internal static partial class HandlerBinder
{
    [LoggerMessage(
        EventId = 1080,
        EventName = "HandlerMethodSkipped",
        Level = LogLevel.Information,
        Message = "Method {Method} of handler {Handler} is not an endpoint: {Reason}")]
    private static partial void LogMethodSkipped(ILogger logger, string handler, string method, string reason);
}
