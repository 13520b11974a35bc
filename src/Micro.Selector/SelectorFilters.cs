using Micro.Selection.Filters;

namespace Micro.Selection;

/// <summary>
/// The built-in filters. Two filters with the same values are equal, so the selector reuses their result.
/// Missing metadata never matches.
/// </summary>
public static class SelectorFilters
{
    /// <summary>Keeps the versions that describe an endpoint.</summary>
    /// <param name="name">Name of the endpoint, for example <c>Greeter.Hello</c>.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static ISelectorFilter Endpoint(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new EndpointFilter(name);
    }

    /// <summary>Keeps the nodes that carry a metadata value.</summary>
    /// <param name="key">Key of the metadata.</param>
    /// <param name="value">The value it must have, compared exactly.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public static ISelectorFilter Label(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        return new LabelFilter(key, value);
    }

    /// <summary>Keeps exactly one version.</summary>
    /// <param name="version">The version, compared exactly; may be empty.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentNullException">The version is <see langword="null"/>.</exception>
    public static ISelectorFilter Version(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return new VersionFilter(version);
    }
}
