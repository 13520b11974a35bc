using Microsoft.Extensions.Configuration;

namespace Micro.Settings;

/// <summary>Collects what was explicitly given, weakest source first: configuration, environment, flags. Empty is not given.</summary>
internal static class SettingSources
{
    private const string Section = "Micro";

    public static IReadOnlyList<GivenValue> Collect(MicroServiceOptions options, IReadOnlyList<GivenValue> flags)
    {
        var environment = ReadEnvironment(options);
        var given = new List<GivenValue>();
        foreach (var setting in SettingsTable.All)
        {
            var values = options.Configurations
                .Select(configuration => FromConfiguration(setting, configuration))
                .Append(FromEnvironment(setting, environment))
                .Concat(flags.Where(flag => flag.Setting == setting))
                .OfType<GivenValue>()
                .Where(static value => value.Value.Length > 0)
                .ToList();
            given.AddRange(setting.Merges ? values : values.TakeLast(1));
        }

        return given;
    }

    private static IConfiguration? ReadEnvironment(MicroServiceOptions options) =>
        options.IgnoresEnvironment ? null
        : options.EnvironmentValues is { } values ? new ConfigurationBuilder().AddInMemoryCollection(values).Build()
        : new ConfigurationBuilder().AddEnvironmentVariables().Build();

    private static GivenValue? FromEnvironment(Setting setting, IConfiguration? environment) =>
        environment?[setting.EnvironmentVariable] is { } value
            ? new GivenValue(setting, value, setting.EnvironmentVariable)
            : null;

    /// <summary>A value is text, or a list, or for some a section of keys whose values are text or lists.</summary>
    private static GivenValue? FromConfiguration(Setting setting, IConfiguration configuration)
    {
        var key = $"{Section}:{setting.ConfigurationKey}";
        var section = configuration.GetSection(key);
        var text = section.Value ?? string.Join(
            ',',
            section.GetChildren().Select(child => setting.HasKeys && !int.TryParse(child.Key, out _) ? $"{child.Key}={Text(child)}" : child.Value));
        return new GivenValue(setting, text, key);
    }

    private static string Text(IConfigurationSection section) =>
        section.Value ?? string.Join(',', section.GetChildren().Select(static child => child.Value));
}
