using System.Net;
using System.Net.Sockets;
using Micro.Server;
using Micro.Transport;
using Micro.Transport.Sockets;

namespace Micro.Client;

/// <summary>Tests which answers mean that a node is alive.</summary>
public sealed class NodeCheckTests
{
    private readonly NodeCheck _check = new(SocketNetwork.Instance, null, TimeSpan.FromSeconds(2), TimeProvider.System);

    [Fact]
    public async Task IsAlive_ServerOfThisFramework_True()
    {
        await using var server = await ServerFixture.StartAsync(static server => server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text)));

        (await IsAliveAsync(server.Address, isOurs: true)).Should().BeTrue();
    }

    [Fact]
    public async Task IsAlive_ProcessThatHangs_OnlyAForeignNodeIsBelieved()
    {
        // The kernel accepts connections for it, as for a process that was stopped.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = listener.LocalEndpoint.ToString()!;

        (await IsAliveAsync(address, isOurs: true)).Should().BeFalse();
        (await IsAliveAsync(address, isOurs: false)).Should().BeTrue("such a node cannot be asked for more");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IsAlive_NoListener_False(bool isOurs) => (await IsAliveAsync(ScriptedServer.RefusedAddress(), isOurs)).Should().BeFalse();

    [Fact]
    public async Task IsAlive_Cancelled_Throws()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var source = new CancellationTokenSource();
        var asking = _check.IsAliveAsync(NodeOf(listener.LocalEndpoint.ToString()!, isOurs: true), source.Token);
        await source.CancelAsync();

        var wait = () => asking;
        await wait.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task IsAlive_ClientIsDisposed_TheNextCallHasToFindOut()
    {
        _check.Dispose();

        (await IsAliveAsync(ScriptedServer.RefusedAddress(), isOurs: true)).Should().BeTrue();
    }

    private static Node NodeOf(string address, bool isOurs) => new()
    {
        Id = "n",
        Address = address,
        Metadata = isOurs ? new Dictionary<string, string> { [ProtocolNames.MetadataKey] = ProtocolNames.Both } : [],
    };

    private Task<bool> IsAliveAsync(string address, bool isOurs) => _check.IsAliveAsync(NodeOf(address, isOurs), CancellationToken.None);
}
