using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry;

/// <summary>The registry that lives in the memory of one process: for tests and for services that share a process.</summary>
public static class MemoryRegistry
{
    /// <summary>
    /// Creates a registry. Services see each other when they share this object, not merely the process.
    /// </summary>
    /// <param name="configure">Sets the options.</param>
    /// <param name="loggers">The logger factory; <see langword="null"/> (the default) for no logs.</param>
    /// <param name="time">Its clock and timers; the system's by default.</param>
    /// <returns>The registry, named <c>memory</c>; dispose it to end its watches.</returns>
    /// <exception cref="ArgumentException">An option is invalid; the message lists all problems.</exception>
    public static IRegistry Create(
        Action<MemoryRegistryOptions>? configure = null,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null)
    {
        var options = new MemoryRegistryOptions();
        configure?.Invoke(options);
        options.ThrowIfInvalid(nameof(configure));
        return new MemoryBackend(options, (loggers ?? NullLoggerFactory.Instance).CreateLogger<MemoryBackend>(), time ?? TimeProvider.System);
    }
}
