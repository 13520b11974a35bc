using Micro.Wiring;
using Microsoft.Extensions.Logging;

namespace Micro;

/// <summary>The input of a registry factory: the settings that were given, from any source. Immutable.</summary>
public sealed record RegistryContext
{
    /// <summary>Name under which the registry was chosen.</summary>
    public required string Name { get; init; }

    /// <summary>Addresses, as given; empty for the registry's own default.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Longest time of one request; <see langword="null"/> for the registry's own default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The logger factory.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>Source of time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives the settings that a registry of this framework ends up with.</summary>
    internal RegistryResult? Result { get; init; }
}
