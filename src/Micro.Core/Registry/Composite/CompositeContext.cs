using Microsoft.Extensions.Logging;

namespace Micro.Registry.Composite;

/// <summary>The state that all parts of one composite registry share.</summary>
/// <param name="Members">The registries it is made of, in the order of precedence.</param>
/// <param name="Time">Clock and timers.</param>
/// <param name="Random">Source of jitter.</param>
/// <param name="Logger">Where all parts log.</param>
internal sealed record CompositeContext(IReadOnlyList<IRegistry> Members, TimeProvider Time, Random Random, ILogger Logger)
{
    /// <summary>The time for which the members that answered wait for the others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The names of the members, as the flag takes them.</summary>
    public string Name { get; } = string.Join(',', Members.Select(static member => member.Name));

    /// <summary>Returns whether the name of a registry, composite or not, contains one of that kind.</summary>
    public static bool Includes(string name, string kind) => name.Split(',').Contains(kind, StringComparer.Ordinal);
}
