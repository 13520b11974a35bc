using Micro.Registry;

namespace Micro.Selection.Filters;

/// <summary>Keeps the records that list an endpoint.</summary>
internal sealed record EndpointFilter(string Name) : ISelectorFilter
{
    public IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> records) =>
        [.. records.Where(record => record.Endpoints.Any(endpoint => string.Equals(endpoint.Name, Name, StringComparison.Ordinal)))];
}
