using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>The packs that publishing with its own runtime needs: a machine without a source for them cannot.</summary>
internal static partial class RuntimePacks
{
    /// <summary>Publishes trimmed and with its own runtime.</summary>
    /// <exception cref="SkipException">The runtime to publish with cannot be had.</exception>
    public static async Task<Command> PublishTrimmedAsync(string folder, string project, string output, params string[] arguments)
    {
        string[] what = [project, "--use-current-runtime", "-p:SelfContained=true", "-p:PublishTrimmed=true"];
        var restored = await Command.DotnetAsync(folder, ["restore", .. what, .. arguments]);
        Skip.If(restored.ExitCode != 0 && MissingPack().Match(restored.Output) is { Success: true }, $"the runtime to publish with can not be had: {MissingPack().Match(restored.Output).Value}");
        restored.Succeeded();
        return (await Command.DotnetAsync(folder, ["publish", .. what, "--no-restore", "--output", output, .. arguments])).Succeeded();
    }

    [GeneratedRegex(@"\b(NU1101|NU1102|NU1301)\b.*(App\.Runtime|App\.Host|ILLink|service index).*")]
    private static partial Regex MissingPack();
}
