using Microsoft.Extensions.Logging;

namespace Micro.Http;

/// <summary>Log messages of discovery for HTTP clients, events 6050 to 6059.</summary>
internal static partial class HttpDiscoveryLog
{
    [LoggerMessage(6050, LogLevel.Debug, "{Method} to {Service}: retry {Retry} after {Kind} at {Address}: {Error}", EventName = "HttpRetrying")]
    public static partial void Retrying(this ILogger logger, HttpMethod method, string service, int retry, ErrorKind kind, string address, string error);

    [LoggerMessage(6051, LogLevel.Warning, "{Method} to {Service}: no retry, the retry budget is spent", EventName = "HttpRetryBudgetSpent")]
    public static partial void RetryBudgetSpent(this ILogger logger, HttpMethod method, string service);
}
