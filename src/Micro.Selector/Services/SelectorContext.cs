using Micro.Registry;
using Micro.Selection.Ejection;
using Micro.Selection.Strategies;
using Microsoft.Extensions.Logging;

namespace Micro.Selection.Services;

/// <summary>What all services of one selector share.</summary>
internal sealed record SelectorContext(
    IRegistry Registry,
    SelectorOptions Options,
    TimeProvider Time,
    AtomicRandom Random,
    ILogger Logger,
    SelectorMetrics Metrics)
{
    /// <summary>Gets a value indicating whether a node must have answered before it is preferred: anybody can announce nodes.</summary>
    public bool IsOpen { get; } = Registry is IOpenRegistry { IsOpen: true };

    /// <summary>Gets the advice for services that were not found.</summary>
    public MissingServiceAdvice Advice { get; } = new(Registry, Time);

    /// <summary>The means to ask nodes whether they live.</summary>
    public NodeChecks Checks { get; } = new();
}
