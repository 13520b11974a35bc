using System.Globalization;
using System.Text;
using Micro.Settings;

namespace Micro.Cli;

/// <summary>The text of <c>--help</c>, made from the table of settings.</summary>
internal static class HelpText
{
    public static string Make(string service, MicroServiceOptions options)
    {
        var lines = SettingsTable.All
            .Select(static setting => setting.HasFlag
                ? ($"{setting.Flag}=<{setting.Hint}>", $"{setting.Help} [{setting.EnvironmentVariable}]")
                : ($"{setting.EnvironmentVariable}=<{setting.Hint}>", $"{setting.Help} (variable only)"))
            .Concat(options.UserFlags.Select(static flag => (flag.Name, flag.Description ?? "")))
            .Append(("--settings", "show every setting with its value and which source gave it"))
            .Append(("--help, -h", "show this text"));
        if (options.VersionValue is not null)
        {
            lines = lines.Append(("--version, -v", "show the version"));
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{service}: a Micro service").AppendLine();
        var dashes = options.ServicesValue is null ? "one or two dashes" : "two dashes";
        text.AppendLine(CultureInfo.InvariantCulture, $"Flags, with {dashes}; variables in brackets; a flag wins over a variable, that over a");
        text.AppendLine("configuration file (section Micro), that over code:").AppendLine();
        foreach (var (name, help) in lines)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-42} {help}");
        }

        return text.ToString().TrimEnd();
    }
}
