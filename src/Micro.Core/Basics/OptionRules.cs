namespace Micro.Basics;

/// <summary>Common checks of options, with uniform messages.</summary>
internal static class OptionRules
{
    public static void Positive(ICollection<string> errors, string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
        {
            errors.Add($"{name} {value}: must be longer than zero and at most 24 days");
        }
    }

    public static void NotNegative(ICollection<string> errors, string name, TimeSpan value)
    {
        if (value < TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
        {
            errors.Add($"{name} {value}: must be zero to 24 days");
        }
    }

    public static void Between(ICollection<string> errors, string name, long value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum)
        {
            errors.Add(FormattableString.Invariant($"{name} {value}: must be {minimum} to {maximum}"));
        }
    }
}
