using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Wiring;

/// <summary>Log events of the service itself.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(6000, LogLevel.Information, "Starting [service] {Name}", EventName = "ServiceStarting")]
    public static partial void Starting(ILogger logger, string name);

    [LoggerMessage(6001, LogLevel.Information, "Stopping [service] {Name}", EventName = "ServiceStopping")]
    public static partial void Stopping(ILogger logger, string name);

    [LoggerMessage(6002, LogLevel.Critical, "Service {Name} failed: {Error}", EventName = "ServiceFailed")]
    public static partial void Failed(ILogger logger, string name, string error, Exception? exception);

    [LoggerMessage(6009, LogLevel.Debug, "Service {Name} failed", EventName = "ServiceFailedBecause")]
    public static partial void FailedBecause(ILogger logger, string name, Exception exception);

    [LoggerMessage(6003, LogLevel.Error, "Service {Name}: stopping failed", EventName = "ServiceStopFailed")]
    public static partial void StopFailed(ILogger logger, string name, Exception exception);

    [LoggerMessage(6004, LogLevel.Warning, "Second signal: stopping at once, running calls are cancelled", EventName = "ServiceStopForced")]
    public static partial void StopForced(ILogger logger);

    [LoggerMessage(
        6006,
        LogLevel.Warning,
        "Service {Name} has no handler but listens and registers; a process that only calls others uses ClientOnly()",
        EventName = "ServiceWithoutHandlers")]
    public static partial void NoHandlers(ILogger logger, string name);

    [LoggerMessage(
        6007,
        LogLevel.Warning,
        "Service {Name}: drain delay and shutdown timeout take up to {Wanted}, the host stops after {Given}: calls that still run are cancelled {Budget} "
        + "after the stop began; raise HostOptions.ShutdownTimeout or lower server_shutdown_timeout",
        EventName = "ShutdownDoesNotFit")]
    public static partial void ShutdownDoesNotFit(ILogger logger, string name, ReadableTime wanted, ReadableTime given, ReadableTime budget);

    [LoggerMessage(
        6008,
        LogLevel.Warning,
        "The service has no name and appears to others as {Name}: call Name(…) in code, or set --server_name",
        EventName = "ServiceWithoutName")]
    public static partial void Unnamed(ILogger logger, string name);

    [LoggerMessage(6005, LogLevel.Warning, "Setting without effect: {Problem}", EventName = "SettingWithoutEffect")]
    public static partial void SettingWithoutEffect(ILogger logger, string problem);
}
