namespace Micro;

/// <summary>Names under which the framework reports traces and metrics.</summary>
public static class MicroTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Micro";

    /// <summary>Histogram, seconds: calls made, with all attempts; streams from opening to end.</summary>
    public const string ClientCallDuration = "rpc.client.call.duration";

    /// <summary>Histogram, seconds: calls served; streams from opening to end.</summary>
    public const string ServerCallDuration = "rpc.server.call.duration";

    /// <summary>Counter: attempts after the first, by what the one before failed with.</summary>
    public const string ClientRetries = "micro.client.retries";

    /// <summary>Up-down counter: open mucp connections of a client for unary calls, by <see cref="ConnectionStateTag"/>.</summary>
    public const string ClientConnections = "micro.client.connections";

    /// <summary>Counter: mucp connections a client opened for unary calls, or tried to.</summary>
    public const string ClientConnectionsOpened = "micro.client.connections.opened";

    /// <summary>Histogram, seconds: registering, deregistering and reading, per service and registry.</summary>
    public const string RegistryOperationDuration = "micro.registry.operation.duration";

    /// <summary>Gauge: 1 while the registry confirms a server's registration, 0 while it does not, per service.</summary>
    public const string RegistryConnected = "micro.registry.connected";

    /// <summary>Gauge: 1 for the state a server's registration is in, 0 for the others, per service.</summary>
    public const string RegistrationState = "micro.registration.state";

    /// <summary>Counter: assertions of a registration that met another process under the same node id, per service.</summary>
    public const string RegistrationConflicts = "micro.registration.conflicts";

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

    /// <summary>Tag: name of the registry.</summary>
    public const string RegistryTag = "micro.registry.name";

    /// <summary>Tag: <c>register</c>, <c>deregister</c> or <c>get</c>.</summary>
    public const string OperationTag = "micro.registry.operation";

    /// <summary>Tag: <c>not_registered</c>, <c>registered</c>, <c>lost</c> or <c>draining</c>.</summary>
    public const string RegistrationStateTag = "micro.registration.state";

    /// <summary>Tag: <c>idle</c> or <c>used</c>.</summary>
    public const string ConnectionStateTag = "micro.connection.state";

    /// <summary>Tag of events: id of the node that was picked.</summary>
    public const string NodeTag = "micro.node";

    /// <summary>Event of a client span: a node was picked for an attempt.</summary>
    public const string SelectEvent = "micro.selector.select";

    /// <summary>Event of a client span: an attempt failed and another follows.</summary>
    public const string RetryEvent = "micro.client.retry";
}
