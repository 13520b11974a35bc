using System.Diagnostics;
using System.Text;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Agents;

/// <summary>An agent process of this test run: own ports, own data, ended by its id.</summary>
internal sealed class ConsulAgent : IAsyncDisposable
{
    public const string RootToken = "root-token";
    private readonly string _folder = Directory.CreateTempSubdirectory("micro-consul-").FullName;
    private readonly int[] _ports = FreePorts.Next(5);
    private readonly bool _keepsData;
    private readonly HttpClient _http;
    private readonly StringBuilder _output = new();
    private Process? _process;

    private ConsulAgent(bool keepsData, string? configuration)
    {
        _keepsData = keepsData;
        File.WriteAllText(Path.Combine(_folder, "base.json"), """{"disable_update_check":true,"leave_on_terminate":false,"performance":{"raft_multiplier":1},"limits":{"http_max_conns_per_client":1000}}""");
        if (configuration is not null)
        {
            File.WriteAllText(Path.Combine(_folder, "extra.json"), configuration);
        }

        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri("http://" + Address), Timeout = TimeSpan.FromSeconds(10) };
        _http.DefaultRequestHeaders.Add("X-Consul-Token", RootToken);
    }

    public string Address => $"127.0.0.1:{_ports[0]}";

    /// <summary>An agent that is not running yet.</summary>
    public static ConsulAgent Create(bool keepsData = false, string? configuration = null) => new(keepsData, configuration);

    public static async Task<ConsulAgent> StartAsync(bool keepsData = false, string? configuration = null)
    {
        var agent = new ConsulAgent(keepsData, configuration);
        await agent.RunAsync();
        return agent;
    }

    /// <summary>Denies everything that is not asked with <see cref="RootToken"/>.</summary>
    public static Task<ConsulAgent> StartGuardedAsync() => StartAsync(
        configuration: $$"""{"acl":{"enabled":true,"default_policy":"deny","tokens":{"master":"{{RootToken}}","agent":"{{RootToken}}" } } }""");

    public IRegistry CreateRegistry(Action<ConsulRegistryOptions>? configure = null, CapturingLoggerFactory? log = null) => ConsulRegistry.Create(
        options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add(Address);
            configure?.Invoke(options);
        },
        log);

    /// <summary>Starts the process and waits until it serves reads and writes.</summary>
    public async Task RunAsync()
    {
        var start = new ProcessStartInfo(ConsulBinary.Require()) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] arguments =
        [
            "agent", "-bind", "127.0.0.1", "-client", "127.0.0.1", "-config-dir", _folder, "-dns-port", "-1", "-log-level", "warn",
            "-http-port", $"{_ports[0]}", "-serf-lan-port", $"{_ports[1]}", "-serf-wan-port", $"{_ports[2]}", "-server-port", $"{_ports[3]}", "-grpc-port", "-1",
        ];
        foreach (var argument in arguments.Concat(_keepsData ? ["-server", "-bootstrap-expect", "1", "-data-dir", Path.Combine(_folder, "data")] : ["-dev"]))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Remember;
        _process.ErrorDataReceived += Remember;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            await Eventually.TrueAsync(IsReadyAsync, "a running Consul agent", 60);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(exception.Message + Environment.NewLine + _output, exception);
        }
    }

    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Killed, its data gone, started again.</summary>
    public async Task RestartEmptyAsync()
    {
        await KillAsync();
        var data = Path.Combine(_folder, "data");
        if (Directory.Exists(data))
        {
            Directory.Delete(data, recursive: true);
        }

        await RunAsync();
    }

    public Task<string> GetAsync(string target) => _http.GetStringAsync(new Uri(target, UriKind.Relative));

    public async Task PutAsync(string target, string? json = null)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.PutAsync(new Uri(target, UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Resume();
        }

        await KillAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
        {
            throw new TimeoutException($"the agent ended with {_process.ExitCode}");
        }

        try
        {
            // The node's own check is written last when a server begins to lead.
            return (await GetAsync("/v1/status/leader")).Contains(':', StringComparison.Ordinal)
                && (await GetAsync("/v1/health/state/any")).Contains("serfHealth", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process!.Id}"]);
        kill.WaitForExit();
        kill.ExitCode.Should().Be(0);
    }

    private void Remember(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            if (_output.Length < 20_000)
            {
                _output.AppendLine(line.Data);
            }
        }
    }
}
