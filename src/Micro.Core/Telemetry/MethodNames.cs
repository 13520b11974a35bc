using System.Collections.Concurrent;

namespace Micro.Telemetry;

/// <summary>Caches names of methods, <c>service/Handler.Method</c>.</summary>
internal sealed class MethodNames
{
    /// <summary>Maximum number of cached names, in case a client invents endpoints.</summary>
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<(string Service, string Endpoint), string> _names = new();

    public string Get(string service, string endpoint)
    {
        if (_names.TryGetValue((service, endpoint), out var name))
        {
            return name;
        }

        name = $"{service}/{endpoint}";
        if (_names.Count < MaxKept)
        {
            _names.TryAdd((service, endpoint), name);
        }

        return name;
    }
}
