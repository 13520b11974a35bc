using Microsoft.Extensions.Logging;

namespace Micro.Authentication;

/// <summary>Log messages of authentication, events 8000 to 8099. They never hold a token or a claim.</summary>
internal static partial class AuthenticationLog
{
    [LoggerMessage(8000, LogLevel.Debug, "{Endpoint}: refused {Caller}: {Reason}", EventName = "CallerRefused")]
    public static partial void CallerRefused(this ILogger logger, string endpoint, string? caller, string reason);

    [LoggerMessage(8001, LogLevel.Warning, "The keys of {Authority} cannot be read; calls with a token fail with 503: {Error}", EventName = "KeysNotRead")]
    public static partial void KeysNotRead(this ILogger logger, string authority, string error);

    [LoggerMessage(8002, LogLevel.Information, "The keys of {Authority} were read", EventName = "KeysRead")]
    public static partial void KeysRead(this ILogger logger, string authority);
}
