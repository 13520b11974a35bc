using System.Diagnostics.CodeAnalysis;
using Micro.Selection.Strategies;

namespace Micro.Selection;

/// <summary>The strategies that come with the framework, by instance and by name. Safe for concurrent use.</summary>
public static class SelectorStrategies
{
    /// <summary>
    /// <c>random</c>: every node with the same probability; further attempts of a call avoid the nodes it tried.
    /// </summary>
    public static ISelectorStrategy Random { get; } = new RandomStrategy();

    /// <summary>
    /// <c>roundrobin</c>: one node after the other, with one counter per selector, service and filter set; further
    /// attempts of a call take the following nodes.
    /// </summary>
    public static ISelectorStrategy RoundRobin { get; } = new RoundRobinStrategy();

    /// <summary>The known names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["random", "registry", "roundrobin"];

    /// <summary>Finds a strategy by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case; <c>registry</c> means the default, random.</param>
    /// <param name="strategy">The strategy.</param>
    /// <returns><see langword="true"/> if the name is known.</returns>
    public static bool TryGet(string? name, [NotNullWhen(true)] out ISelectorStrategy? strategy)
    {
        strategy = name?.ToUpperInvariant() switch
        {
            "REGISTRY" or "RANDOM" => Random,
            "ROUNDROBIN" => RoundRobin,
            _ => null,
        };
        return strategy is not null;
    }

    /// <summary>Finds a strategy by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case; <c>registry</c> means the default, random.</param>
    /// <returns>The strategy.</returns>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones.</exception>
    public static ISelectorStrategy Get(string name) =>
        TryGet(name, out var strategy)
            ? strategy
            : throw new ArgumentException($"unknown selector '{name}': use {string.Join(", ", Names)}", nameof(name));
}
