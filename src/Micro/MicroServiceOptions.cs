using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Micro;

/// <summary>
/// The options of a service: name and address, registry, selector, server, client, interceptors and hooks. They are only
/// collected and are resolved once, when the service is created, so the order of calls does not matter. A flag, a variable or the
/// configuration overrides a value that is set here.
/// </summary>
public sealed partial class MicroServiceOptions
{
    internal string? NameValue { get; private set; }

    internal string? VersionValue { get; private set; }

    internal string? IdValue { get; private set; }

    internal string? AddressValue { get; private set; }

    internal string? AdvertiseValue { get; private set; }

    internal Dictionary<string, string> MetadataValues { get; } = new(StringComparer.Ordinal);

    internal TimeSpan? RegisterTtlValue { get; private set; }

    internal TimeSpan? RegisterIntervalValue { get; private set; }

    internal Func<CancellationToken, Task>? RegisterCheckValue { get; private set; }

    internal bool HandlesSignals { get; private set; } = true;

    internal bool IgnoresUnknownFlags { get; private set; }

    internal bool IgnoresEnvironment { get; private set; }

    internal IReadOnlyDictionary<string, string?>? EnvironmentValues { get; private set; }

    internal List<IConfiguration> Configurations { get; } = [];

    internal List<Option> UserFlags { get; } = [];

    internal List<Action<ParseResult>> Actions { get; } = [];

    internal ILoggerFactory? LoggerFactoryValue { get; private set; }

    internal Action<ILoggingBuilder>? LoggingValue { get; private set; }

    internal TimeProvider TimeProviderValue { get; private set; } = System.TimeProvider.System;

    /// <summary>Name of the service. The default value is <c>go.micro.server</c>.</summary>
    /// <param name="name">1 to 255 characters.</param>
    public MicroServiceOptions Name(string name) => Set(() => NameValue = NotNull(name));

    /// <summary>Version. The default value is <c>latest</c>; setting it switches the flag <c>--version</c> on.</summary>
    /// <param name="version">1 to 255 characters.</param>
    public MicroServiceOptions Version(string version) => Set(() => VersionValue = NotNull(version));

    /// <summary>Id of this instance. The default value is a new GUID.</summary>
    /// <param name="id">1 to 255 characters.</param>
    public MicroServiceOptions Id(string id) => Set(() => IdValue = NotNull(id));

    /// <summary>Sets the address to listen on: <c>host:port</c>, <c>:port</c> or <c>host:min-max</c>. The default value is <c>:0</c>.</summary>
    /// <param name="address">The address.</param>
    public MicroServiceOptions Address(string address) => Set(() => AddressValue = NotNull(address));

    /// <summary>Address to register in place of the one listened on.</summary>
    /// <param name="address"><c>host</c> or <c>host:port</c>.</param>
    public MicroServiceOptions Advertise(string address) => Set(() => AdvertiseValue = NotNull(address));

    /// <summary>Adds a label of the node in the registry; the last value of a key counts.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public MicroServiceOptions Metadata(string key, string value) => Set(() => MetadataValues[NotNull(key)] = NotNull(value));

    /// <summary>Adds labels of the node in the registry.</summary>
    /// <param name="metadata">The labels.</param>
    public MicroServiceOptions Metadata(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        foreach (var (key, value) in metadata)
        {
            MetadataValues[key] = value;
        }

        return this;
    }

    /// <summary>Lifetime of the registration without renewal; zero for ever. The default value is 90 s.</summary>
    /// <param name="ttl">Zero to 24 days; at least three times the interval is a good value.</param>
    public MicroServiceOptions RegisterTtl(TimeSpan ttl) => Set(() => RegisterTtlValue = ttl);

    /// <summary>Time between renewals; zero for none. The default value is 30 s.</summary>
    /// <param name="interval">Zero to 24 days.</param>
    public MicroServiceOptions RegisterInterval(TimeSpan interval) => Set(() => RegisterIntervalValue = interval);

    /// <summary>Adds a check that runs before every renewal; an exception withdraws the service until the check passes again.</summary>
    /// <param name="check">The check; gets a token that ends with its time limit.</param>
    public MicroServiceOptions RegisterCheck(Func<CancellationToken, Task> check) => Set(() => RegisterCheckValue = NotNull(check));

    /// <summary><see langword="true"/> to stop <see cref="MicroService.RunAsync"/> at TERM, INT and QUIT. The default value is <see langword="true"/>.</summary>
    /// <param name="handle"><see langword="true"/> to stop at these signals; <see langword="false"/> to leave them to the process.</param>
    public MicroServiceOptions HandleSignals(bool handle) => Set(() => HandlesSignals = handle);

    /// <summary><see langword="true"/> to ignore unknown flags. The default value is <see langword="false"/>: they are errors.</summary>
    /// <param name="ignore"><see langword="true"/> to ignore unknown flags; <see langword="false"/> to report them as errors.</param>
    public MicroServiceOptions IgnoreUnknownFlags(bool ignore = true) => Set(() => IgnoresUnknownFlags = ignore);

    /// <summary><see langword="true"/> to ignore <c>MICRO_*</c> variables. The default value is <see langword="false"/>.</summary>
    /// <param name="ignore"><see langword="true"/> to ignore the variables; <see langword="false"/> to read them.</param>
    public MicroServiceOptions IgnoreEnvironment(bool ignore = true) => Set(() => IgnoresEnvironment = ignore);

    /// <summary>Gives the environment variables in place of the process's own, for tests and hosts.</summary>
    /// <param name="variables">The variables.</param>
    public MicroServiceOptions Environment(IReadOnlyDictionary<string, string?> variables) => Set(() => EnvironmentValues = NotNull(variables));

    /// <summary>
    /// Adds a configuration whose section <c>Micro</c> is read, for example <c>Micro:RegisterTtl</c>. It ranks between
    /// environment and code; the last added counts most.
    /// </summary>
    /// <param name="configuration">The configuration.</param>
    public MicroServiceOptions Configuration(IConfiguration configuration) => Set(() => Configurations.Add(NotNull(configuration)));

    /// <summary>Adds flags of your own; read them in <see cref="Action"/>.</summary>
    /// <param name="flags">The flags.</param>
    public MicroServiceOptions Flags(params Option[] flags) => Set(() => UserFlags.AddRange(NotNull(flags)));

    /// <summary>
    /// Runs after parsing and before anything is created, so it may still change these options. Not run when the command
    /// line is wrong or asks for help.
    /// </summary>
    /// <param name="action">Gets the parsed command line.</param>
    public MicroServiceOptions Action(Action<ParseResult> action) => Set(() => Actions.Add(NotNull(action)));

    /// <summary>Sets the logger factory; it is not disposed with the service.</summary>
    /// <param name="factory">The factory.</param>
    public MicroServiceOptions Logging(ILoggerFactory factory) => Set(() => LoggerFactoryValue = NotNull(factory));

    /// <summary>Builds where logs go. The default is one line per event on standard error, from Information on.</summary>
    /// <param name="configure">Adds providers and filters.</param>
    public MicroServiceOptions Logging(Action<ILoggingBuilder> configure) => Set(() => LoggingValue = NotNull(configure));

    /// <summary>Source of time. The default value is <see cref="TimeProvider.System"/>.</summary>
    /// <param name="timeProvider">The source.</param>
    public MicroServiceOptions TimeProvider(TimeProvider timeProvider) => Set(() => TimeProviderValue = NotNull(timeProvider));

    private static T NotNull<T>(T value, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }

    private MicroServiceOptions Set(Action change)
    {
        change();
        return this;
    }
}
