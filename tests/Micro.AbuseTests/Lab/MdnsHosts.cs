using System.Diagnostics;
using System.Globalization;

namespace Micro.AbuseTests.Lab;

/// <summary>Two servers, a client under load beside the attack, and a host for the attacker, found over mDNS on one switch.</summary>
internal sealed class MdnsHosts : IAsyncDisposable
{
    private static readonly string[] Mdns = ["--registry=mdns", "--register_interval=1", "--register_ttl=3"];

    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly CertificateDirectory? _certificates;
    private readonly TestAuthority? _authority;

    private MdnsHosts(bool isSecure)
    {
        if (isSecure)
        {
            _certificates = new CertificateDirectory();
            _authority = new TestAuthority();
            _certificates.WriteAuthority(_authority.Certificate);
        }
    }

    public List<NetworkHost> ServerHosts { get; } = [];

    public List<ServerPeer> Servers { get; } = [];

    public NetworkHost AttackerHost { get; private set; } = null!;

    public ClientPeer Client { get; private set; } = null!;

    /// <summary>A forger on the attacker's host.</summary>
    public Peer Forger { get; private set; } = null!;

    /// <summary>Starts all and waits until the client has called the service.</summary>
    /// <param name="isSecure"><see langword="true"/> for TLS with an authority of the test.</param>
    public static async Task<MdnsHosts> StartAsync(bool isSecure)
    {
        LabNeeds.Namespaces();
        var hosts = new MdnsHosts(isSecure);
        try
        {
            await hosts.StartAsync();
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server on a host and waits until it listens; without TLS until it is ready.</summary>
    public async Task<ServerPeer> StartServerAsync(NetworkHost host, params string[] flags)
    {
        var server = Own(new ServerPeer(host.Space, null, [.. Mdns, $"--server_address={host.Address}:0", .. SecureServer(host), .. flags]));
        await (_authority is null ? server.WaitUntilReadyAsync() : server.WaitUntilListeningAsync());
        return server;
    }

    public Peer StartForger(NetworkHost host) => Own(new Peer(host.Space, null, "forger", host.Address));

    /// <summary>Starts another client, which has called nobody yet.</summary>
    public ClientPeer StartClient(NetworkHost host) => Own(new ClientPeer(host.Space, null, [.. Mdns, .. SecureClient()]));

    /// <summary>Returns the processor time that a process has used.</summary>
    public static TimeSpan ProcessorTime(ChildProcess process)
    {
        using var observed = Process.GetProcessById(process.Id);
        return observed.TotalProcessorTime;
    }

    /// <summary>Returns the resident memory of a peer in bytes, without what its collector keeps free.</summary>
    public static async Task<long> MemoryAsync(Peer peer) => long.Parse((await peer.AskAsync("memory free")).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>Returns the managed heap of a peer after a collection, in bytes.</summary>
    public static async Task<long> HeapAsync(Peer peer) => long.Parse((await peer.AskAsync("memory")).Split(' ')[0], CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }

        _authority?.Dispose();
        _certificates?.Dispose();
    }

    private async Task StartAsync()
    {
        var network = Own(await Network.CreateAsync());
        for (var number = 0; number < 2; number++)
        {
            ServerHosts.Add(await network.AddHostAsync());
        }

        var clientHost = await network.AddHostAsync();
        AttackerHost = await network.AddHostAsync();
        Servers.AddRange(await Task.WhenAll(ServerHosts.Select((host, number) => StartServerAsync(host, $"--server_id=server-{number}"))));
        Client = StartClient(clientHost);
        Forger = StartForger(AttackerHost);
        await Client.WaitUntilAnsweredAsync();
    }

    private IEnumerable<string> SecureServer(NetworkHost host)
    {
        if (_authority is null)
        {
            return [];
        }

        using var certificate = _authority.Issue(host.Address);
        var (file, key) = (_certificates!.At(host.Address + ".crt"), _certificates.At(host.Address + ".key"));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        File.WriteAllText(key, System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!.ExportPkcs8PrivateKeyPem());
        return [$"--server_tls_cert={file}", $"--server_tls_key={key}"];
    }

    private IEnumerable<string> SecureClient() => _certificates is null ? [] : [$"--client_tls_ca={_certificates.At("ca.crt")}"];

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        lock (_parts)
        {
            _parts.Push(part);
        }

        return part;
    }
}
