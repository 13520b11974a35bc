using Micro.Client;
using Micro.Registry;
using Micro.Registry.Consul;
using Micro.Registry.Etcd;
using Micro.Registry.Mdns;
using Micro.Selection;
using Micro.Server;

namespace Micro;

// The components: registry, selector, server, client, interceptors and hooks.
public sealed partial class MicroServiceOptions
{
    internal IRegistry? RegistryValue { get; private set; }

    internal string? RegistryName { get; private set; }

    internal string? RegistryNamesValue { get; private set; }

    internal Dictionary<string, Func<RegistryContext, IRegistry>> RegistryFactories { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Action<MdnsRegistryOptions>? MdnsOptions { get; private set; }

    internal Action<ConsulRegistryOptions>? ConsulOptions { get; private set; }

    internal Action<EtcdRegistryOptions>? EtcdOptions { get; private set; }

    internal Action<MemoryRegistryOptions>? MemoryOptions { get; private set; }

    internal ISelector? SelectorValue { get; private set; }

    internal Action<SelectorOptions>? SelectorConfiguration { get; private set; }

    internal ISelectorStrategy? StrategyValue { get; private set; }

    internal IMicroServer? ServerValue { get; private set; }

    internal IMicroClient? ClientValue { get; private set; }

    internal Action<ServerOptions>? ServerConfiguration { get; private set; }

    internal Action<ClientOptions>? ClientConfiguration { get; private set; }

    internal List<IHandlerInterceptor> HandlerInterceptors { get; } = [];

    internal List<IClientInterceptor> ClientInterceptors { get; } = [];

    internal List<IAttemptInterceptor> AttemptInterceptors { get; } = [];

    internal List<Func<MicroService, CancellationToken, Task>> BeforeStartHooks { get; } = [];

    internal List<Func<MicroService, CancellationToken, Task>> AfterStartHooks { get; } = [];

    internal List<Func<MicroService, CancellationToken, Task>> BeforeStopHooks { get; } = [];

    internal List<Func<MicroService, CancellationToken, Task>> AfterStopHooks { get; } = [];

    /// <summary>
    /// A registry created in code, for server and client unless they have their own; not disposed with the service. A flag
    /// or variable that names another kind replaces it.
    /// </summary>
    /// <param name="registry">The registry.</param>
    public MicroServiceOptions Registry(IRegistry registry) => Set(() => RegistryValue = NotNull(registry));

    /// <summary>Adds a custom registry under a name, for code, flags and variables alike.</summary>
    /// <param name="name">The name, without commas and equals signs; one of the built-in names replaces that one.</param>
    /// <param name="factory">Creates the registry, without any input or output; the service disposes it.</param>
    /// <exception cref="ArgumentException">The name is empty, or a list of names could not hold it.</exception>
    public MicroServiceOptions AddRegistry(string name, Func<RegistryContext, IRegistry> factory) =>
        Set(() => RegistryFactories[NameOfOne(name)] = NotNull(factory));

    /// <summary>Chooses a registry by name. The default is <c>mdns</c>.</summary>
    /// <param name="name">A built-in name (<c>mdns</c>, <c>consul</c>, <c>etcd</c>, <c>memory</c>) or one added by <see cref="AddRegistry"/>.</param>
    public MicroServiceOptions UseRegistry(string name) => Set(() => RegistryName = NotNull(name));

    /// <summary>
    /// Chooses several registries that are used as one: registers in all of them and finds what any of them holds, for
    /// moving from one to another. Wins over the choice of a single one, whose <c>Use…</c> methods then only set options.
    /// </summary>
    /// <param name="names">
    /// Names as for <see cref="UseRegistry"/>, each once; where they disagree about a node, the one named first counts.
    /// </param>
    public MicroServiceOptions UseRegistries(params string[] names) => Set(() => RegistryNamesValue = string.Join(',', NotNull(names)));

    /// <summary>Chooses multicast DNS.</summary>
    /// <param name="configure">Its options; kept when flags choose the same registry.</param>
    public MicroServiceOptions UseMdns(Action<MdnsRegistryOptions>? configure = null) =>
        Set(() => (RegistryName, MdnsOptions) = ("mdns", configure));

    /// <summary>Chooses Consul, by default the agent on <c>127.0.0.1:8500</c>.</summary>
    /// <param name="configure">Its options; kept when flags choose the same registry.</param>
    public MicroServiceOptions UseConsul(Action<ConsulRegistryOptions>? configure = null) =>
        Set(() => (RegistryName, ConsulOptions) = ("consul", configure));

    /// <summary>Chooses etcd, by default the member on <c>127.0.0.1:2379</c>.</summary>
    /// <param name="configure">Changes its settings; addresses given by flag or environment win.</param>
    public MicroServiceOptions UseEtcd(Action<EtcdRegistryOptions>? configure = null) =>
        Set(() => (RegistryName, EtcdOptions) = ("etcd", configure));

    /// <summary>Chooses a registry in memory, seen by this service only.</summary>
    /// <param name="configure">Its options; kept when flags choose the same registry.</param>
    public MicroServiceOptions UseMemory(Action<MemoryRegistryOptions>? configure = null) =>
        Set(() => (RegistryName, MemoryOptions) = ("memory", configure));

    /// <summary>A selector created in code, for the client unless that has its own; not disposed with the service.</summary>
    /// <param name="selector">The selector.</param>
    public MicroServiceOptions Selector(ISelector selector) => Set(() => SelectorValue = NotNull(selector));

    /// <summary>Options of the selector that the service creates.</summary>
    /// <param name="configure">Sets them; the registry is set already.</param>
    public MicroServiceOptions SelectorOptions(Action<SelectorOptions> configure) =>
        Set(() => SelectorConfiguration += NotNull(configure));

    /// <summary>Sets the strategy by which the selector chooses a node. The default is random.</summary>
    /// <param name="strategy">For example <see cref="SelectorStrategies.RoundRobin"/>.</param>
    public MicroServiceOptions Strategy(ISelectorStrategy strategy) => Set(() => StrategyValue = NotNull(strategy));

    /// <summary>
    /// A server created in code, see <see cref="MicroServer.Create"/>; not disposed with the service. Values that it
    /// does not set itself, such as name and registry, come from the service.
    /// </summary>
    /// <param name="server">The server, not started.</param>
    public MicroServiceOptions Server(IMicroServer server) => Set(() => ServerValue = NotNull(server));

    /// <summary>
    /// A client created in code, see <see cref="MicroClient.Create"/>; not disposed with the service. It takes the service's
    /// registry unless it has its own.
    /// </summary>
    /// <param name="client">The client.</param>
    public MicroServiceOptions Client(IMicroClient client) => Set(() => ClientValue = NotNull(client));

    /// <summary>Options of the server that the service creates; they override those of the service.</summary>
    /// <param name="configure">Sets them.</param>
    public MicroServiceOptions ServerOptions(Action<ServerOptions> configure) => Set(() => ServerConfiguration += NotNull(configure));

    /// <summary>Options of the client that the service creates.</summary>
    /// <param name="configure">Sets them.</param>
    public MicroServiceOptions ClientOptions(Action<ClientOptions> configure) => Set(() => ClientConfiguration += NotNull(configure));

    /// <summary>
    /// Puts a token on every call and stream of the client that the service creates, as <c>Authorization: Bearer</c>. Without TLS the
    /// calls fail before anything is sent, unless <see cref="ClientCredentials.AllowWithoutTls"/> is set.
    /// </summary>
    /// <param name="configure">Sets the token, or the function that gets it.</param>
    public MicroServiceOptions Credentials(Action<ClientCredentials> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return ClientOptions(client => configure(client.Credentials ??= new ClientCredentials()));
    }

    /// <summary>Runs around every handler; the first added is outermost.</summary>
    /// <param name="interceptor">The interceptor.</param>
    public MicroServiceOptions WrapHandler(IHandlerInterceptor interceptor) => Set(() => HandlerInterceptors.Add(NotNull(interceptor)));

    /// <summary>Runs around every call of the client; the first added is outermost.</summary>
    /// <param name="interceptor">The interceptor.</param>
    public MicroServiceOptions WrapClient(IClientInterceptor interceptor) => Set(() => ClientInterceptors.Add(NotNull(interceptor)));

    /// <summary>Runs around every attempt of a call; the first added is outermost.</summary>
    /// <param name="interceptor">The interceptor.</param>
    public MicroServiceOptions WrapCall(IAttemptInterceptor interceptor) => Set(() => AttemptInterceptors.Add(NotNull(interceptor)));

    /// <summary>Runs before the server starts, in order; the first error ends the start.</summary>
    /// <param name="hook">Gets the service and a token that ends with the start.</param>
    public MicroServiceOptions BeforeStart(Func<MicroService, CancellationToken, Task> hook) => Set(() => BeforeStartHooks.Add(NotNull(hook)));

    /// <summary>Runs after the server has started, in order; the first error stops the server and ends the start.</summary>
    /// <param name="hook">Gets the service and a token that ends with the start.</param>
    public MicroServiceOptions AfterStart(Func<MicroService, CancellationToken, Task> hook) => Set(() => AfterStartHooks.Add(NotNull(hook)));

    /// <summary>Runs before the server stops; all run, errors are reported together.</summary>
    /// <param name="hook">Gets the service and a token that fires when the stop is forced.</param>
    public MicroServiceOptions BeforeStop(Func<MicroService, CancellationToken, Task> hook) => Set(() => BeforeStopHooks.Add(NotNull(hook)));

    /// <summary>Runs after the server has stopped, also when that failed; all run, errors are reported together.</summary>
    /// <param name="hook">Gets the service and a token that fires when the stop is forced.</param>
    public MicroServiceOptions AfterStop(Func<MicroService, CancellationToken, Task> hook) => Set(() => AfterStopHooks.Add(NotNull(hook)));

    private static string NameOfOne(string name) =>
        string.IsNullOrWhiteSpace(NotNull(name)) || name.AsSpan().IndexOfAny(',', '=') >= 0
            ? throw new ArgumentException($"registry name '{name}' must not be empty or hold commas or equals signs", nameof(name))
            : name;
}
