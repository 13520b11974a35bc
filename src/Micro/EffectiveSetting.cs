namespace Micro;

/// <summary>A setting as it counts, and which source gave it. Immutable.</summary>
/// <param name="Name">Name of the flag without dashes, for example <c>register_ttl</c>.</param>
/// <param name="Value">
/// The value in the notation of flags; passwords in addresses are masked; <see langword="null"/> when the component
/// itself decides.
/// </param>
/// <param name="Source">
/// The flag, the variable or the configuration key with its file; <c>code</c>; or <c>default</c>.
/// </param>
public sealed record EffectiveSetting(string Name, string? Value, string Source)
{
    /// <summary>One line: name, value and source.</summary>
    public override string ToString() => $"{Name} = {Value ?? "(default of the component)"} [{Source}]";
}
