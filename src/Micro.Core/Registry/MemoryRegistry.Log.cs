using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry;

/// <content>What the memory registry logs.</content>
internal sealed partial class MemoryRegistry
{
    [LoggerMessage(EventId = 1390, EventName = "memory.node_expired", Level = LogLevel.Information,
        Message = "Node {Node} of {Service} was not renewed within {Ttl} and is gone")]
    private static partial void LogNodeExpired(ILogger logger, string service, string node, ReadableTime ttl);

    [LoggerMessage(EventId = 1391, EventName = "memory.watch_overflow", Level = LogLevel.Debug,
        Message = "A reader of {Service} is more than {Capacity} events behind and will get the difference")]
    private static partial void LogWatchOverflow(ILogger logger, string service, int capacity);

    [LoggerMessage(EventId = 1392, EventName = "memory.lost_callback_failed", Level = LogLevel.Error,
        Message = "A callback of a lost registration failed")]
    private static partial void LogLostCallbackFailed(ILogger logger, Exception error);
}
