using System.Collections.Concurrent;
using System.Diagnostics;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>A real etcd of this test: own ports, own data, ended by its process id.</summary>
public sealed class EtcdServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("micro-etcd-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string[] _arguments;
    private Process? _process;

    public EtcdServer(params string[] arguments)
    {
        _arguments = arguments;
        Port = FreePorts.Next();
        PeerPort = FreePorts.Next();
    }

    public int Port { get; }

    public int PeerPort { get; }

    /// <summary>Which etcd runs; the newest by default.</summary>
    public EtcdBinary? Binary { get; init; } = EtcdBinary.Newest;

    public string Name => "m" + PeerPort;

    /// <summary>Client certificate for a server with TLS.</summary>
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    public string? Authority { get; init; }

    public string Address => $"{(Certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    public string PeerAddress => $"http://127.0.0.1:{PeerPort}";

    /// <summary>All members as etcd wants them; this one alone by default.</summary>
    public string? InitialCluster { get; set; }

    private EtcdBinary Needed => Binary ?? throw new InvalidOperationException("etcd of this version is missing: see eng/backends.sh");

    public static Task<EtcdServer> StartAsync(params string[] arguments) => StartAsync(EtcdBinary.Newest, arguments);

    public static async Task<EtcdServer> StartAsync(EtcdBinary? binary, params string[] arguments)
    {
        var server = new EtcdServer(arguments) { Binary = binary };
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        Launch();
        await WaitUntilReadyAsync();
    }

    public void Launch()
    {
        var start = new ProcessStartInfo(Needed.Server)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        string[] arguments =
        [
            "--name", Name,
            "--data-dir", Path.Combine(_folder, "data"),
            "--listen-client-urls", Address,
            "--advertise-client-urls", Address,
            "--listen-peer-urls", PeerAddress,
            "--initial-advertise-peer-urls", PeerAddress,
            "--initial-cluster", InitialCluster ?? $"{Name}={PeerAddress}",
            .. _arguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task WaitUntilReadyAsync()
    {
        try
        {
            await Eventually.TrueAsync(IsReadyAsync, "etcd answers", seconds: 60);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"etcd does not answer; it said: {string.Join('\n', _output.TakeLast(10))}", error);
        }
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Forgets everything it stored; only while it does not run.</summary>
    public void WipeData() => Directory.Delete(Path.Combine(_folder, "data"), recursive: true);

    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    /// <summary>Runs etcdctl against this server and returns what it printed.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Needed.Control)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ETCDCTL_API"] = "3";
        start.ArgumentList.Add("--endpoints=" + Address);
        string[] tls = Certificate is null ? [] : ["--cert=" + Certificate, "--key=" + Key, "--cacert=" + Authority, "--insecure-skip-tls-verify"];
        foreach (var argument in tls.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(await error);
    }

    public async Task PutAsync(string key, string value) => await ControlAsync("put", key, "--", value);

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Resume();
            Kill();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            await ControlAsync("endpoint", "health");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process!.Id.ToString()]);
        kill.WaitForExit();
    }
}
