using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Registering;

/// <summary>The node ids that another process registered, too. Each is overwritten once, so that two processes do not alternate for ever.</summary>
internal sealed class ContestedIds(ILogger logger)
{
    private readonly ConcurrentDictionary<string, bool> _overwritten = new(StringComparer.Ordinal);

    /// <summary>Reports the conflict and returns <see langword="true"/> if the record of the other process may be overwritten.</summary>
    /// <param name="id">The id.</param>
    /// <param name="other">The address of the other process.</param>
    /// <param name="own">The address of this process.</param>
    public bool TryOverwrite(string id, string other, string own)
    {
        ConsulBackend.Log.Conflict(logger, id, other, own);
        return _overwritten.TryAdd(id, true);
    }

    /// <summary>Forgets an id that is withdrawn; returns <see langword="true"/> if it was contested.</summary>
    public bool Forget(string id) => _overwritten.TryRemove(id, out _);
}
