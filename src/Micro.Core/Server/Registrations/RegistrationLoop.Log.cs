using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Server.Registrations;

/// <summary>Log events of the registration; texts known from go-micro are kept.</summary>
internal sealed partial class RegistrationLoop
{
    [LoggerMessage(1310, LogLevel.Information, "Registry [{Registry}] Registering node: {NodeId}", EventName = "RegisteringNode")]
    private static partial void LogRegistering(ILogger logger, string registry, string nodeId);

    [LoggerMessage(1311, LogLevel.Information, "Registry [{Registry}] Deregistering node: {NodeId}", EventName = "DeregisteringNode")]
    private static partial void LogDeregistering(ILogger logger, string registry, string nodeId);

    [LoggerMessage(1312, LogLevel.Error, "Server {Name}-{Id} register check error: {Error}", EventName = "RegisterCheckFailed")]
    private static partial void LogCheckFailed(ILogger logger, string name, string id, string error);

    [LoggerMessage(1313, LogLevel.Error, "Server {Name}-{Id} register check error: {Error}, deregister it", EventName = "RegisterCheckFailedWithdrawing")]
    private static partial void LogCheckFailedWithdrawing(ILogger logger, string name, string id, string error);

    [LoggerMessage(1314, LogLevel.Warning, "Server {Name}-{Id} register error: {Error} ({Kind}), consecutive failure {Failures}, next attempt in {Pause}", EventName = "RegisterFailed")]
    private static partial void LogRegisterFailed(ILogger logger, string name, string id, string error, string kind, int failures, ReadableTime pause);

    [LoggerMessage(1315, LogLevel.Error, "Server {Name}-{Id} deregister error: {Error}", EventName = "DeregisterFailed")]
    private static partial void LogDeregisterFailed(ILogger logger, string name, string id, string error);

    [LoggerMessage(1316, LogLevel.Warning, "Registry [{Registry}] lost node {NodeId}; registering it again", EventName = "RegistrationLost")]
    private static partial void LogLost(ILogger logger, string registry, string nodeId);

    [LoggerMessage(1317, LogLevel.Information, "Registry [{Registry}] Registered node again: {NodeId}, after {Failures} failed attempts in {Outage}", EventName = "RegisteredAgain")]
    private static partial void LogRegisteredAgain(ILogger logger, string registry, string nodeId, int failures, ReadableTime outage);

    [LoggerMessage(1318, LogLevel.Warning, "Register interval {Interval} is too long for the register TTL {Ttl}; renewing every {Effective}", EventName = "RegisterIntervalCorrected")]
    private static partial void LogIntervalCorrected(ILogger logger, ReadableTime interval, ReadableTime ttl, ReadableTime effective);

    [LoggerMessage(1319, LogLevel.Warning, "Register TTL is zero: if this process is killed, its registration stays until it is removed by hand", EventName = "RegisterTtlZero")]
    private static partial void LogNoExpiry(ILogger logger);

    [LoggerMessage(1320, LogLevel.Warning, "Registry [{Registry}] did not answer within {Limit}; the server starts, and registration continues in the background", EventName = "RegisterInBackground")]
    private static partial void LogInBackground(ILogger logger, string registry, ReadableTime limit);

    [LoggerMessage(1321, LogLevel.Error, "The registration of server {Name}-{Id} failed unexpectedly: {Error} ({Kind}); next attempt in {Pause}", EventName = "RegistrationRoundFailed")]
    private static partial void LogRoundFailed(ILogger logger, string name, string id, string error, string kind, ReadableTime pause);

    [LoggerMessage(1322, LogLevel.Debug, "Registry [{Registry}] confirmed node {NodeId}", EventName = "NodeConfirmed")]
    private static partial void LogConfirmed(ILogger logger, string registry, string nodeId);

    [LoggerMessage(1323, LogLevel.Warning, "Registry [{Registry}] holds node {NodeId} in part; retrying the rest: {Error}", EventName = "RegisteredInPart")]
    private static partial void LogIncomplete(ILogger logger, string registry, string nodeId, string error);

    [LoggerMessage(1325, LogLevel.Warning, "Node {NodeId} in registry [{Registry}] is also registered from {Other}: node ids must be unique", EventName = "NodeIdConflict")]
    private static partial void LogConflict(ILogger logger, string registry, string nodeId, string other);

    [LoggerMessage(1324, LogLevel.Information, "Registry [{Registry}] holds node {NodeId} completely again, after {Count} attempts in {Outage}", EventName = "RegisteredEverywhere")]
    private static partial void LogCompleted(ILogger logger, string registry, string nodeId, int count, ReadableTime outage);
}
