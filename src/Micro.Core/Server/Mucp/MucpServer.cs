using Micro.Basics;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Server.Mucp;

/// <summary>mucp on the connections of a server, which use the same pool of calls.</summary>
internal sealed class MucpServer(ProtocolHost host) : IServerProtocol<ConnectionContext>
{
    private readonly ObjectPool<MucpServerCall> _calls = Pools.Create<MucpServerCall>();

    public async Task ServeAsync(ConnectionContext served)
    {
        using var connection = new MucpServerConnection(host, served, _calls);
        await connection.RunAsync().ConfigureAwait(false);
    }
}
