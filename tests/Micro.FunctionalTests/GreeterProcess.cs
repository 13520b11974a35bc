using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Micro.FunctionalTests;

/// <summary>The sample as its users run it: a process of its own, with its output line by line.</summary>
public sealed partial class GreeterProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];

    private GreeterProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Errors => Copy(_errors);

    public static GreeterProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartSample("Greeter.dll", environment, arguments);

    /// <summary>Any of the samples, in the folder to which all were copied.</summary>
    public static GreeterProcess StartSample(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // The variables of the tests are not settings of the sample.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("MICRO_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new GreeterProcess(Process.Start(start)!);
    }

    public static GreeterProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>A server, once it is registered; with the address it listens on.</summary>
    public static async Task<(GreeterProcess Process, string Address)> StartServerAsync(params string[] flags)
    {
        var server = Start(["server", "--server_address=127.0.0.1:0", .. flags]);
        await Testing.Eventually.TrueAsync(
            () => server.Errors.Any(line => line.Contains("Registering node", StringComparison.Ordinal)),
            $"the server registers; it said: {string.Join('\n', server.Errors)}");
        var address = Listening().Match(string.Join('\n', server.Errors)).Groups[1].Value;

        // The line is written before the registry has answered.
        await Testing.Eventually.TrueAsync(() => IsReadyAsync(address), $"the server is ready; it said: {string.Join('\n', server.Errors)}");
        return (server, address);
    }

    private static async Task<bool> IsReadyAsync(string address)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await client.GetAsync(new Uri($"http://{address}/health/ready"));
        return answer.IsSuccessStatusCode;
    }

    public async Task<int> WaitForExitAsync(int seconds = 60)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>kill -9: nothing is deregistered.</summary>
    public void Kill() => _process.Kill();

    /// <summary>What an operator or a container runtime sends.</summary>
    public void Terminate() => Signal("-TERM");

    /// <summary>Lets it hang: the kernel goes on accepting connections and bytes for it.</summary>
    public void Pause() => Signal("-STOP");

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }

    private static List<string> Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    [GeneratedRegex(@"Listening on (\S+)")]
    private static partial Regex Listening();
}
