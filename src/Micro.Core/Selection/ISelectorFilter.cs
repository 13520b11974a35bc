using Micro.Registry;

namespace Micro.Selection;

/// <summary>
/// Narrows a list of records: a pure function. The selector keeps its result per snapshot and filter set, so
/// implement it as a <c>sealed record</c>, whose equality identifies equal filters.
/// </summary>
public interface ISelectorFilter
{
    /// <summary>Narrows the records; never changes its input.</summary>
    /// <param name="records">One record per version.</param>
    /// <returns>The records and nodes that remain; records without nodes are dropped.</returns>
    IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> records);
}
