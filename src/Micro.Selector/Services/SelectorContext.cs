using Micro.Registry;
using Micro.Selection.Ejection;
using Micro.Selection.Strategies;
using Microsoft.Extensions.Logging;

namespace Micro.Selection.Services;

/// <summary>The state shared by all services of one selector.</summary>
internal sealed record SelectorContext(
    IRegistry Registry,
    SelectorOptions Options,
    TimeProvider Time,
    AtomicRandom Random,
    ILogger Logger,
    SelectorMetrics Metrics)
{
    /// <summary>Gets a value indicating whether anybody can announce nodes, so that a node must answer before it is preferred.</summary>
    public bool IsOpen { get; } = Registry is IOpenRegistry { IsOpen: true };

    /// <summary>Gets the advice for services that were not found.</summary>
    public MissingServiceAdvice Advice { get; } = new(Registry, Time);

    /// <summary>The client's liveness check.</summary>
    public NodeChecks Checks { get; } = new();
}
