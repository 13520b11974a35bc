using System.Diagnostics;

namespace Micro.Packages.Tests;

/// <summary>One run of a program, to its end.</summary>
internal sealed record Command(int ExitCode, string Output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>The dotnet command, without build servers that would outlive the tests.</summary>
    public static async Task<Command> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            // Set by the "dotnet test" around; they belong to its own build.
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";

        // Sources may be out of reach: everything needed is in the packages folder then.
        start.Environment["NuGetAudit"] = "false";

        // The time in the packages; by it they are the same again.
        start.Environment["SOURCE_DATE_EPOCH"] = "1767225600";
        return await RunAsync(start);
    }

    public static Task<Command> RunAsync(string program, params string[] arguments) => RunAsync(new ProcessStartInfo(program, arguments));

    /// <exception cref="InvalidOperationException">It failed; the message is what it said.</exception>
    public Command Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException($"ended with {ExitCode}:\n{Output}");

    /// <summary>Removes the variables of the tests, which are not settings of what they run.</summary>
    public static void RemoveSettings(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("MICRO_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
    }

    private static async Task<Command> RunAsync(ProcessStartInfo start)
    {
        RemoveSettings(start);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} can not be started");
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            output += await errors;
            await process.WaitForExitAsync(limit.Token);
            return new Command(process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
