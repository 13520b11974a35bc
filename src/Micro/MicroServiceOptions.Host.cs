using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro;

// The parts that come from the application around the service.
public sealed partial class MicroServiceOptions
{
    internal IServiceProvider? ServicesValue { get; private set; }

    internal bool IsClientOnly { get; private set; }

    /// <summary>Key of this service among several in one container, or <see langword="null"/>.</summary>
    internal string? ServiceKey { get; private set; }

    /// <summary><see langword="true"/> to report variables without effect; of several services in one process the first does.</summary>
    internal bool WarnsOfVariables { get; private set; } = true;

    /// <summary>Keys of all services of the container.</summary>
    internal IReadOnlyCollection<string> ServiceKeys { get; private set; } = [];

    /// <summary>
    /// Container of the application: each call gets a scope of it, see <see cref="Server.HandlerContext.Services"/>. Set by
    /// <c>AddMicro</c>.
    /// </summary>
    /// <param name="services">The container; not disposed with the service.</param>
    public MicroServiceOptions Services(IServiceProvider services) => Set(() => ServicesValue = NotNull(services));

    /// <summary>
    /// <see langword="true"/> for a process that only calls others: it neither listens nor registers. The default value is <see langword="false"/>.
    /// </summary>
    /// <param name="clientOnly"><see langword="true"/> to neither listen nor register; <see langword="false"/> to do both.</param>
    public MicroServiceOptions ClientOnly(bool clientOnly = true) => Set(() => IsClientOnly = clientOnly);

    /// <summary>Takes configuration, logging and time from the container, where they were not set otherwise.</summary>
    internal void JoinHost(IServiceProvider services, string? key, IReadOnlyCollection<string> keys, bool isFirst)
    {
        WarnsOfVariables = isFirst;
        ServicesValue ??= services;
        ServiceKey = key;
        ServiceKeys = keys;
        NameValue ??= key;

        // The application's configuration ranks below one that was handed in on purpose.
        if (services.GetService<IConfiguration>() is { } configuration && !Configurations.Contains(configuration))
        {
            Configurations.Insert(0, configuration);
        }

        if (LoggingValue is null)
        {
            LoggerFactoryValue ??= services.GetService<ILoggerFactory>();
        }

        if (ReferenceEquals(TimeProviderValue, System.TimeProvider.System) && services.GetService<TimeProvider>() is { } time)
        {
            TimeProviderValue = time;
        }
    }
}
