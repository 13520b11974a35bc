using Micro.Registry;

namespace Micro.Selection.Snapshots;

/// <summary>The endpoints of all versions by name. Immutable.</summary>
internal sealed class EndpointTable
{
    private const string Idempotent = "idempotent";
    private readonly Dictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);

    public EndpointTable(IReadOnlyList<ServiceRecord> records)
    {
        foreach (var endpoint in records.SelectMany(record => record.Endpoints))
        {
            // The version that serves the call is not known yet, so a call may be repeated only when all versions allow it.
            if (!_endpoints.TryGetValue(endpoint.Name, out var known) || IsIdempotent(known))
            {
                _endpoints[endpoint.Name] = endpoint;
            }
        }
    }

    public IReadOnlyCollection<string> Names => _endpoints.Keys;

    public Endpoint? Find(string name) => _endpoints.GetValueOrDefault(name);

    private static bool IsIdempotent(Endpoint endpoint) =>
        endpoint.Metadata.TryGetValue(Idempotent, out var value) && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
