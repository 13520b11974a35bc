namespace Micro.Settings;

/// <summary>
/// Applies given values one by one and asks the options after each, so that every mistake, also one that only the
/// options know, is reported with the place it came from.
/// </summary>
internal static class SettingApplier
{
    public static void Apply(IEnumerable<GivenValue> given, SettingTarget target, ICollection<string> problems)
    {
        var known = Validate(target);
        foreach (var value in given)
        {
            try
            {
                Apply(value, target);
                target.Origins[value.Setting.Name] =
                    value.Setting.Merges && target.Origins.TryGetValue(value.Setting.Name, out var before) ? $"{before}, {value.Origin}" : value.Origin;
            }
            catch (FormatException exception)
            {
                problems.Add($"{exception.Message} (from {value.Origin})");
                continue;
            }

            var now = Validate(target);
            foreach (var problem in now.Except(known, StringComparer.Ordinal))
            {
                problems.Add($"{problem} (from {value.Origin})");
            }

            known = now;
        }

        // What is left wrong was set in code; what was applied above is reported already.
        foreach (var problem in known.Where(problem => !problems.Any(reported => reported.StartsWith(problem, StringComparison.Ordinal))))
        {
            problems.Add(problem);
        }

        TlsSettings.Validate(target, problems);
    }

    private static void Apply(GivenValue given, SettingTarget target)
    {
        if (given.Members is not { } members)
        {
            given.Setting.Apply(target, given.Value);
        }
        else if (given.Setting.ApplyMembers is { } apply)
        {
            apply(target, members);
        }
        else
        {
            throw new FormatException($"{given.Setting.ConfigurationKey} must be a single value, not a list or a section");
        }
    }

    private static List<string> Validate(SettingTarget target)
    {
        var errors = new List<string>();
        target.Server.ValidateValues(errors);
        target.Client.ValidateValues(errors);
        return errors;
    }
}
