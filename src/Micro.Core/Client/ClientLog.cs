using Microsoft.Extensions.Logging;

namespace Micro.Client;

/// <summary>Log messages of the client, events 1100 to 1199.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1100, LogLevel.Debug, "{Service} {Endpoint}: retry {Retry} after {Kind}: {Detail}", EventName = "Retrying")]
    public static partial void Retrying(this ILogger logger, string service, string endpoint, int retry, ErrorKind kind, string detail);

    [LoggerMessage(1101, LogLevel.Warning, "{Service} {Endpoint}: no retry, the retry budget is spent", EventName = "RetryBudgetSpent")]
    public static partial void RetryBudgetSpent(this ILogger logger, string service, string endpoint);

    [LoggerMessage(
        1102,
        LogLevel.Warning,
        "The token provider failed: {ErrorType}. Calls use the current token until it expires; the provider is retried",
        EventName = "CredentialsNotRefreshed")]
    public static partial void CredentialsNotRefreshed(this ILogger logger, string errorType);

    [LoggerMessage(1103, LogLevel.Information, "The token provider works again", EventName = "CredentialsRefreshed")]
    public static partial void CredentialsRefreshed(this ILogger logger);
}
