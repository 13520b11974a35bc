using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry;

/// <content>The log messages of the memory registry.</content>
internal sealed partial class MemoryBackend
{
    [LoggerMessage(EventId = 1390, EventName = "memory.node_expired", Level = LogLevel.Information,
        Message = "Node {Node} of {Service} was not renewed within {Ttl} and has expired")]
    private static partial void LogNodeExpired(ILogger logger, string service, string node, ReadableTime ttl);
}
