using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>A server in a process of its own, with the address that it listens on.</summary>
internal sealed partial class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _said = [];

    private SampleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Address { get; private set; } = "";

    public string Said
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said);
            }
        }
    }

    /// <summary>Returns when it is registered.</summary>
    public static async Task<SampleProcess> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, [.. arguments, "--server_address=127.0.0.1:0", "--server_drain_delay=0s"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        Command.RemoveSettings(start);
        var sample = new SampleProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} can not be started"));
        try
        {
            await Testing.Eventually.TrueAsync(
                () => sample._process.HasExited ? throw new InvalidOperationException(sample.Said) : sample.Said.Contains("Registering node", StringComparison.Ordinal),
                $"{program} registers",
                seconds: 60);
        }
        catch
        {
            sample.Dispose();
            throw;
        }

        sample.Address = Listening().Match(sample.Said).Groups[1].Value;
        return sample;
    }

    /// <summary>Asks it to stop, as a container runtime does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        (await Command.RunAsync("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))).Succeeded();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_said)
            {
                _said.Add(line);
            }
        }
    }

    [GeneratedRegex(@"Listening on (\S+)")]
    private static partial Regex Listening();
}
