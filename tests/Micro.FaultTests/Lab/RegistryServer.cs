using System.Globalization;
using Micro.Registry;
using Micro.Registry.Nats;

namespace Micro.FaultTests.Lab;

/// <summary>A real etcd, Consul or NATS server of this test: own ports, own data; killed, paused, wiped and restarted.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("micro-faults-").FullName;
    private readonly RegistryKind _kind;
    private readonly NetworkHost? _host;
    private readonly string _program;
    private readonly int[] _ports = FreePorts.Next(5);
    private readonly string _consulLimit;
    private ChildProcess? _process;

    public RegistryServer(RegistryKind kind, NetworkHost? host = null, int consulConnectionsPerClient = 1000)
    {
        _kind = kind;
        _host = host;
        _program = LabNeeds.Program(kind switch { RegistryKind.Etcd => "etcd", RegistryKind.Consul => "consul", _ => "nats-server" });
        _consulLimit = consulConnectionsPerClient.ToString(CultureInfo.InvariantCulture);
    }

    public int Port => _ports[0];

    public string Address => $"{Host}:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Flags by which a peer uses it.</summary>
    public string[] Flags => [$"--registry={Name}", $"--registry_address={Address}"];

    private string Name => _kind.ToString().ToLowerInvariant();

    private string Host => _host?.Address ?? "127.0.0.1";

    public static async Task<RegistryServer> StartAsync(RegistryKind kind, NetworkHost? host = null, int consulConnectionsPerClient = 1000)
    {
        var server = new RegistryServer(kind, host, consulConnectionsPerClient);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it and waits until it serves.</summary>
    public async Task StartAsync()
    {
        _process = new ChildProcess(_host?.Space, Nothing, answers: false, [_program, .. Arguments()]);
        await Wait.UntilAsync(IsReadyAsync, () => $"{Name} serves; it said: {string.Join('\n', _process.Errors.TakeLast(10))}", 60);
    }

    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    public void Pause() => _process!.Pause();

    public void Resume() => _process!.Resume();

    /// <summary>Kills it, forgets all that it stored, and starts it.</summary>
    public async Task RestartEmptyAsync()
    {
        await KillAsync();
        Wipe();
        await StartAsync();
    }

    /// <summary>Forgets all that it stored; while it does not run.</summary>
    public void Wipe()
    {
        if (Directory.Exists(Data))
        {
            Directory.Delete(Data, recursive: true);
        }
    }

    /// <summary>Runs etcdctl against it and returns what it printed.</summary>
    public Task<string> EtcdControlAsync(params string[] arguments) =>
        RunAsync([LabNeeds.Program("etcdctl"), $"--endpoints=http://{Address}", "--command-timeout=3s", .. arguments]);

    /// <summary>Asks Consul's HTTP API and returns the body.</summary>
    public Task<string> ConsulAsync(string method, string target) =>
        RunAsync(["curl", "-sS", "--fail-with-body", "--max-time", "10", "-X", method, $"http://{Address}{target}"]);

    /// <summary>How many nodes of a service it lists as alive, across versions.</summary>
    public async Task<int> CountNodesAsync(string service = "faults")
    {
        if (_kind == RegistryKind.Etcd)
        {
            var keys = await EtcdControlAsync("get", "--prefix", "--keys-only", $"/micro/registry/{service}/");
            return keys.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        }

        if (_kind == RegistryKind.Nats)
        {
            return await CountNatsNodesAsync(service);
        }

        using var nodes = System.Text.Json.JsonDocument.Parse(await ConsulAsync("GET", $"/v1/health/service/{service}?passing"));
        return nodes.RootElement.GetArrayLength();
    }

    /// <summary>Waits until it lists so many nodes of all services of peers together, and says how long that took.</summary>
    public Task<TimeSpan> WaitForNodesOfAllAsync(int count)
    {
        var seen = -1;
        return Wait.UntilAsync(async () => (seen = await CountAllAsync()) == count, () => $"{count} nodes in {Name}; there are {seen}");
    }

    /// <summary>Waits until it lists so many nodes of a service.</summary>
    public Task<TimeSpan> WaitForNodesAsync(int count, string service = "faults", int seconds = 60)
    {
        var seen = -1;
        return Wait.UntilAsync(async () => (seen = await CountNodesAsync(service)) == count, () => $"{count} nodes of {service} in {Name}; there are {seen}", seconds);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> CountAllAsync() => _kind == RegistryKind.Etcd
        ? (await EtcdControlAsync("get", "--prefix", "--keys-only", "/micro/registry/faults")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
        : (await ConsulAsync("GET", "/v1/health/state/passing")).Split("\"ServiceName\":\"faults").Length - 1;

    private string Data => Path.Combine(_folder, "data");

    private string[] Arguments() => _kind switch
    {
        RegistryKind.Etcd => EtcdArguments(),
        RegistryKind.Consul => ConsulArguments(),
        _ => ["--addr", Host, "--port", Port.ToString(CultureInfo.InvariantCulture)],
    };

    /// <summary>NATS stores nothing: the nodes are those that answer a query.</summary>
    private async Task<int> CountNatsNodesAsync(string service)
    {
        await using var registry = NatsRegistry.Create([Address]);
        try
        {
            return (await registry.GetServiceAsync(service)).Sum(static record => record.Nodes.Count);
        }
        catch (ServiceNotFoundException)
        {
            return 0;
        }
    }

    private string[] EtcdArguments() =>
    [
        "--data-dir", Data,
        "--listen-client-urls", $"http://{Address}",
        "--advertise-client-urls", $"http://{Address}",
        "--listen-peer-urls", $"http://127.0.0.1:{_ports[1]}",
        "--initial-advertise-peer-urls", $"http://127.0.0.1:{_ports[1]}",
        "--initial-cluster", $"default=http://127.0.0.1:{_ports[1]}",
        "--log-level", "error",
    ];

    private string[] ConsulArguments()
    {
        var configuration = Path.Combine(_folder, "faults.json");
        File.WriteAllText(
            configuration,
            $$$"""{"disable_update_check":true,"leave_on_terminate":false,"performance":{"raft_multiplier":1},"limits":{"http_max_conns_per_client":{{{_consulLimit}}}}}""");
        return
        [
            "agent", "-bind", "127.0.0.1", "-client", Host, "-config-file", configuration, "-dns-port", "-1", "-log-level", "warn", "-grpc-port", "-1",
            "-http-port", $"{_ports[0]}", "-serf-lan-port", $"{_ports[1]}", "-serf-wan-port", $"{_ports[2]}", "-server-port", $"{_ports[3]}",
            "-server", "-bootstrap-expect", "1", "-data-dir", Data,
        ];
    }

    private async Task<bool> IsReadyAsync()
    {
        _process!.HasExited.Should().BeFalse("{0} runs; it said: {1}", Name, string.Join('\n', _process.Errors.TakeLast(10)));
        try
        {
            // The node's own check is written last when a Consul server begins to lead.
            if (_kind == RegistryKind.Consul)
            {
                return (await ConsulAsync("GET", "/v1/health/state/any")).Contains("serfHealth", StringComparison.Ordinal);
            }

            if (_kind == RegistryKind.Nats)
            {
                using var client = new System.Net.Sockets.TcpClient();
                await client.ConnectAsync(Host, Port);
                return true;
            }

            await EtcdControlAsync("endpoint", "health");
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private async Task<string> RunAsync(string[] command)
    {
        string[] words = _host is null ? command : [.. _host.Space.Enter, .. command];
        var start = new System.Diagnostics.ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ETCDCTL_API"] = "3";
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {await errors}{output}");
    }
}
