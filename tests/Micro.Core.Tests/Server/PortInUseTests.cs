using System.Net;
using System.Net.Sockets;

namespace Micro.Server;

/// <summary>Tests a server whose port is in use.</summary>
public sealed class PortInUseTests
{
    [Fact]
    public async Task StartAsync_PortIsTaken_NamesPortProcessAndSetting()
    {
        using var taken = Take();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = await FailAsync($"127.0.0.1:{port}");

        error.Should().StartWith($"127.0.0.1:{port} is in use").And.Contain("--server_address").And.NotContain("\n");
        if (OperatingSystem.IsLinux())
        {
            error.Should().Contain($" by process {Environment.ProcessId} (");
        }
    }

    [Fact]
    public async Task StartAsync_WholeRangeInUse_ErrorNamesTheRange()
    {
        using var first = Take();
        var port = ((IPEndPoint)first.LocalEndpoint).Port;
        using var second = new TcpListener(IPAddress.Loopback, port + 1);
        try
        {
            second.Start();
        }
        catch (SocketException)
        {
            // Taken by somebody else: just as well.
        }

        (await FailAsync($"127.0.0.1:{port}-{port + 1}")).Should().StartWith($"127.0.0.1:{port} to {port + 1} are all in use");
    }

    private static TcpListener Take()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static async Task<string> FailAsync(string address)
    {
        var start = () => ServerFixture.StartAsync(static _ => { }, options => options.Address = address);
        return (await start.Should().ThrowAsync<IOException>()).Which.Message;
    }
}
