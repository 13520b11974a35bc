using System.Collections.Concurrent;

namespace Micro.Telemetry;

/// <summary>Names of methods, <c>service/Handler.Method</c>, made once.</summary>
internal sealed class MethodNames
{
    /// <summary>Names that are kept; a client that makes endpoints up must not fill the memory.</summary>
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
