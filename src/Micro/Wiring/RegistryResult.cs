namespace Micro.Wiring;

/// <summary>The settings that one registry ended up with, to be shown; those of a custom registry are unknown.</summary>
internal sealed class RegistryResult
{
    public TimeSpan? Timeout { get; private set; }

    public string? Addresses { get; private set; }

    /// <summary><see langword="true"/> if code changed the timeout.</summary>
    public bool IsTimeoutFromCode { get; private set; }

    /// <summary>Applies code's changes, then what was given from outside, which replaces them.</summary>
    /// <param name="context">The settings from flags, variables and configuration.</param>
    /// <param name="configure">Code's changes; <see langword="null"/> for none.</param>
    /// <param name="timeout">Reads the timeout of the options.</param>
    /// <param name="setTimeout">Sets it.</param>
    /// <param name="addresses">The addresses of the options.</param>
    public static void Apply(RegistryContext context, Action? configure, Func<TimeSpan> timeout, Action<TimeSpan> setTimeout, IList<string> addresses)
    {
        var initial = timeout();
        configure?.Invoke();
        var isFromCode = timeout() != initial;
        if (context.Timeout is { } given)
        {
            setTimeout(given);
        }

        if (context.Addresses.Count > 0)
        {
            addresses.Clear();
            foreach (var address in context.Addresses)
            {
                addresses.Add(address);
            }
        }

        if (context.Result is { } result)
        {
            result.Timeout = timeout();
            result.IsTimeoutFromCode = isFromCode;
            result.Addresses = addresses.Count > 0 ? string.Join(',', addresses) : null;
        }
    }

    /// <summary>Returns what is the same for all, or each with its registry's name; <see langword="null"/> when no value is known.</summary>
    public static string? Join(IReadOnlyList<(string Name, RegistryResult Settings)> all, Func<RegistryResult, string?> read)
    {
        var known = all.Select(entry => (entry.Name, Value: read(entry.Settings))).Where(static entry => entry.Value is not null).ToList();
        return known.Count == 0 ? null
            : all.Count == known.Count && known.TrueForAll(entry => entry.Value == known[0].Value) ? known[0].Value
            : string.Join(',', known.Select(static entry => $"{entry.Name}={entry.Value}"));
    }
}
