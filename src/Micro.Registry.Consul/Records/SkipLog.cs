using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Records;

/// <summary>Logs skipped entries: once per entry, and few in all, so that a poisoned catalogue cannot fill the log.</summary>
internal sealed class SkipLog(ILogger logger)
{
    private const int MaxRemembered = 100;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);

    public void Skip(string entry, string problem)
    {
        lock (_gate)
        {
            if (_logged.Count >= MaxRemembered || !_logged.Add(entry))
            {
                return;
            }
        }

        ConsulRegistry.Log.EntrySkipped(logger, entry, problem);
    }
}
