using Micro.Selection.Strategies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Selection;

/// <summary>Creates selectors.</summary>
public static class Selectors
{
    /// <summary>
    /// Creates the selector named <c>registry</c>: it keeps a snapshot of each service it is asked for, renewed by a watch.
    /// </summary>
    /// <param name="configure">Sets the options; the registry is required.</param>
    /// <param name="loggers">The logger factory; <see langword="null"/> (the default) for no logs.</param>
    /// <param name="time">Its clock and timers; the system's by default.</param>
    /// <returns>The selector; dispose it to end its watches.</returns>
    /// <exception cref="ArgumentException">Options are invalid; the message lists all problems.</exception>
    public static ISelector Create(Action<SelectorOptions> configure, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new SelectorOptions();
        configure(options);
        options.ThrowIfInvalid(nameof(configure));
        return new RegistrySelector(
            options,
            (loggers ?? NullLoggerFactory.Instance).CreateLogger<RegistrySelector>(),
            time ?? TimeProvider.System,
            AtomicRandom.Create());
    }
}
