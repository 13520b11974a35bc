using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Micro.Testing;

namespace Micro.Registry.Nats.Tests;

/// <summary>A real nats-server of this test: a port of its own, ended by its process id.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private readonly string[] _arguments;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private NatsServer(string[] arguments) => _arguments = arguments;

    /// <summary>Why nothing can be tested against NATS here. With CI=true a missing server fails the tests instead.</summary>
    public static string? SkipReason { get; } =
        Find() is null && Environment.GetEnvironmentVariable("CI") != "true" ? "needs nats-server: see eng/backends.sh" : null;

    public int Port { get; } = FreePorts.Next();

    public string Address => $"127.0.0.1:{Port}";

    public static async Task<NatsServer> StartAsync(params string[] arguments)
    {
        var server = new NatsServer(arguments);
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        var binary = Find() ?? throw new InvalidOperationException("nats-server is missing: see eng/backends.sh");
        var start = new ProcessStartInfo(binary) { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in (string[])["--addr", "127.0.0.1", "--port", Port.ToString(), .. _arguments])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(IsReadyAsync, "nats-server listens", seconds: 60);
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string? Find()
    {
        var cache = Path.Combine(RepositoryRoot.Find(), "eng", "cache", "root", "usr", "sbin");
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(cache)
            .Select(static folder => Path.Combine(folder, "nats-server"))
            .FirstOrDefault(File.Exists);
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"nats-server ended; it said: {string.Join('\n', _output.TakeLast(10))}");
        }

        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
