using Micro.Registry;
using Microsoft.Extensions.Logging;

namespace Micro.Selection;

/// <summary>What all services of one selector share.</summary>
internal sealed record SelectorContext(
    IRegistry Registry,
    SelectorOptions Options,
    TimeProvider Time,
    AtomicRandom Random,
    ILogger Logger,
    SelectorMetrics Metrics)
{
    /// <summary>The means to ask nodes whether they live.</summary>
    public NodeChecks Checks { get; } = new();
}
