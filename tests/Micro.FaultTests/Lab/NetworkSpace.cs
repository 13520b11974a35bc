using System.Diagnostics;
using System.Globalization;

namespace Micro.FaultTests.Lab;

/// <summary>
/// A network namespace without a name: it lives as long as a process of this test holds it, so that nothing of it is left behind.
/// Needs Linux, root, unshare, nsenter and ip.
/// </summary>
internal sealed class NetworkSpace : IAsyncDisposable
{
    private readonly Process _holder;

    private NetworkSpace(Process holder) => _holder = holder;

    /// <summary>The words before a command that runs it in here.</summary>
    public string[] Enter => ["nsenter", $"--net={Path}", "--"];

    public int HolderId => _holder.Id;

    private string Path => $"/proc/{_holder.Id.ToString(CultureInfo.InvariantCulture)}/ns/net";

    public static async Task<NetworkSpace> CreateAsync()
    {
        // It ends with its standard input, thus with this process.
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", "ip link set lo up; echo ready; exec cat"])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        (await holder.StandardOutput.ReadLineAsync()).Should().Be("ready");
        return new NetworkSpace(holder);
    }

    /// <summary>Runs a command in here and returns what it printed; fails when it does.</summary>
    public async Task<string> RunAsync(params string[] command)
    {
        string[] words = [.. Enter, .. command];
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {await errors}");
    }

    /// <summary><c>ip</c> with the words of one text.</summary>
    public Task<string> IpAsync(string words) => RunAsync(["ip", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    public async ValueTask DisposeAsync()
    {
        if (!_holder.HasExited)
        {
            _holder.Kill(entireProcessTree: true);
            await _holder.WaitForExitAsync();
        }

        _holder.Dispose();
    }
}
