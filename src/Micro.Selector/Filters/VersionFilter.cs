using Micro.Registry;

namespace Micro.Selection.Filters;

/// <summary>Keeps the records of one version.</summary>
internal sealed record VersionFilter(string Version) : ISelectorFilter
{
    public IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> records) =>
        [.. records.Where(record => string.Equals(record.Version, Version, StringComparison.Ordinal))];
}
