using System.Diagnostics;

namespace Micro.FunctionalTests.Http;

/// <summary>One run of the sample as a process of its own.</summary>
internal sealed record PlainHttpClientRun(int ExitCode, string Output, string Errors)
{
    public static async Task<PlainHttpClientRun> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PlainHttpClient.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return new PlainHttpClientRun(process.ExitCode, output.Trim(), (await errors).Trim());
    }
}
