namespace Micro;

/// <summary>Names under which the framework reports traces and metrics.</summary>
public static class MicroTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Micro";

    /// <summary>Gauge: nodes a selector may pick from now, per service.</summary>
    public const string SelectorNodes = "micro.selector.nodes";

    /// <summary>Gauge: vanished nodes a selector keeps as a last resort, per service.</summary>
    public const string SelectorSuspects = "micro.selector.suspects";

    /// <summary>Gauge: nodes a selector leaves out because they fail on the transport level, per service.</summary>
    public const string SelectorEjected = "micro.selector.ejected";

    /// <summary>Gauge, seconds: for how long the registry has not confirmed a selector's nodes, per service; 0 while it does.</summary>
    public const string SelectorSnapshotAge = "micro.selector.snapshot.age";

    /// <summary>Counter: direct reads a selector made, per service and outcome.</summary>
    public const string RegistryLookups = "micro.registry.lookups";

    /// <summary>Counter: watches that ended and were opened again, per service.</summary>
    public const string RegistryWatchRestarts = "micro.registry.watch.restarts";

    /// <summary>Tag: name of the service.</summary>
    public const string ServiceTag = "micro.service";

    /// <summary>Tag: how something ended.</summary>
    public const string OutcomeTag = "micro.outcome";
}
