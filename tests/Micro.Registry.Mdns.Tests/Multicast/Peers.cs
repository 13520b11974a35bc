using System.Diagnostics;

namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>Network namespaces joined by veth pairs, with peer processes in them. All are removed at the end.</summary>
internal sealed class Peers : IAsyncDisposable
{
    private readonly string _prefix = $"mdns{Environment.ProcessId}";
    private readonly List<string> _namespaces = [];
    private readonly List<Process> _processes = [];

    public static void SkipUnlessPossible()
    {
        MulticastNamespace.SkipUnlessInside();
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "making network namespaces needs root on Linux");
    }

    public async Task AddNamespaceAsync(string name, bool useIPv6 = true)
    {
        await IpAsync($"netns add {Full(name)}");
        _namespaces.Add(name);
        // Without duplicate address detection IPv6 addresses can be used at once.
        await RunAsync("ip", $"netns exec {Full(name)} sh -c \"echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad\"");
        if (!useIPv6)
        {
            await RunAsync("ip", $"netns exec {Full(name)} sh -c \"echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6\"");
        }
    }

    /// <summary>Joins two namespaces; each end gets an interface of the name given, with its address.</summary>
    public async Task JoinAsync(string one, string oneInterface, string oneAddress, string other, string otherInterface, string otherAddress)
    {
        await IpAsync($"link add {oneInterface} netns {Full(one)} type veth peer name {otherInterface} netns {Full(other)}");
        foreach (var (name, link, address) in new[] { (one, oneInterface, oneAddress), (other, otherInterface, otherAddress) })
        {
            await IpAsync($"-n {Full(name)} addr add {address} dev {link}");
            await SetAsync(name, link, "up");
        }
    }

    public Task SetAsync(string name, string link, string state) => IpAsync($"-n {Full(name)} link set {link} {state}");

    /// <summary>Replaces the address of an interface.</summary>
    public async Task ReplaceAddressAsync(string name, string link, string added, string removed)
    {
        await IpAsync($"-n {Full(name)} addr del {removed} dev {link}");
        await IpAsync($"-n {Full(name)} addr add {added} dev {link}");
    }

    /// <summary>Starts a peer in a namespace.</summary>
    public Process Start(string name, string arguments)
    {
        var process = Process.Start(new ProcessStartInfo("ip", $"netns exec {Full(name)} \"{Environment.ProcessPath}\" exec \"{typeof(Peers).Assembly.Location}\" {arguments}")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _processes.Add(process);
        return process;
    }

    /// <summary>Registers a node from a namespace.</summary>
    public async Task RegisterAsync(string name, string id, string address) =>
        (await ReadAsync(Start(name, $"register {id} {address}"))).Should().Be("registered");

    public static async Task<string?> ReadAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await process.StandardOutput.ReadLineAsync(timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        foreach (var name in _namespaces)
        {
            await IpAsync($"netns del {Full(name)}");
        }
    }

    private static async Task RunAsync(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, $"{program} {arguments} said: {error}");
    }

    private static Task IpAsync(string arguments) => RunAsync("ip", arguments);

    private string Full(string name) => $"{_prefix}-{name}";
}
