using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Micro.FaultTests.Lab;

/// <summary>A process of this test, in a network namespace when one is given; signalled and ended by its id.</summary>
internal class ChildProcess : IAsyncDisposable
{
    private const int RememberedLines = 2_000;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private bool _isPaused;

    public ChildProcess(NetworkSpace? space, IReadOnlyDictionary<string, string> environment, bool answers, params string[] command)
    {
        string[] words = space is null ? command : [.. space.Enter, .. command];
        var start = new ProcessStartInfo(words[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in words[1..])
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginErrorReadLine();
        if (!answers)
        {
            _process.OutputDataReceived += (_, line) => Remember(line.Data);
            _process.BeginOutputReadLine();
        }
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public IReadOnlyCollection<string> Errors => _errors;

    protected StreamWriter Input => _process.StandardInput;

    protected StreamReader Output => _process.StandardOutput;

    /// <summary>kill -9: nothing is said good-bye to.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: the kernel goes on accepting connections and bytes for it.</summary>
    public void Pause()
    {
        _isPaused = true;
        Signal("STOP");
    }

    public void Resume()
    {
        _isPaused = false;
        Signal("CONT");
    }

    /// <summary>SIGTERM, as an operator or a container runtime sends it.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Waits for the end and returns how long that took.</summary>
    public async Task<TimeSpan> WaitForExitAsync(int seconds = 60)
    {
        var clock = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await _process.WaitForExitAsync(limit.Token);
        return clock.Elapsed;
    }

    public int ExitCode => _process.ExitCode;

    public virtual async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (_isPaused)
            {
                Resume();
            }

            await KillAsync();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.Should().Be(0, "process {0} is there", Id);
    }

    private void Remember(string? line)
    {
        if (line is not null && _errors.Count < RememberedLines)
        {
            _errors.Enqueue(line);
        }
    }
}
