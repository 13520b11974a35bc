using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Micro.Bench.Starting;

/// <summary>The published sample, as deployed: framework-dependent, ReadyToRun.</summary>
internal sealed class PublishedGreeter : IDisposable
{
    private readonly string? _folder;

    private PublishedGreeter(string program, string? folder)
    {
        Program = program;
        _folder = folder;
    }

    public string Program { get; }

    public static PublishedGreeter At(string program) => File.Exists(program)
        ? new PublishedGreeter(Path.GetFullPath(program), null)
        : throw new FileNotFoundException($"the program {program} does not exist", program);

    /// <summary>Publishes it into a temporary folder, which is deleted at the end.</summary>
    /// <exception cref="InvalidOperationException">Publishing failed; the build's output is above.</exception>
    public static async Task<PublishedGreeter> PublishAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("micro-bench-").FullName;
        progress($"publishing the greeter to {folder}");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        string[] arguments =
        [
            "publish", Path.Combine(Root(), "samples", "Greeter"), "--configuration", "Release", "--runtime", RuntimeInformation.RuntimeIdentifier,
            "--self-contained", "false", "-p:PublishReadyToRun=true", "-p:RunAnalyzers=false",
            "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={folder}/artifacts", "--output", Path.Combine(folder, "out"), "--verbosity", "quiet", "--nologo",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var build = Process.Start(start) ?? throw new InvalidOperationException("dotnet cannot be started");
        var published = new PublishedGreeter(Path.Combine(folder, "out", OperatingSystem.IsWindows() ? "Greeter.exe" : "Greeter"), folder);
        try
        {
            build.OutputDataReceived += (_, line) => progress(line.Data ?? "");
            build.BeginOutputReadLine();
            await build.WaitForExitAsync(cancellationToken);
            return build.ExitCode == 0 ? published : throw new InvalidOperationException($"dotnet publish ended with {build.ExitCode}");
        }
        catch
        {
            if (!build.HasExited)
            {
                build.Kill(entireProcessTree: true);
            }

            published.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Micro.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no repository above {AppContext.BaseDirectory}: set the path of the greeter with --program");
    }
}
