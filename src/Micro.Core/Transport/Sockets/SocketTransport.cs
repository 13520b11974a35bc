using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Micro.Transport.Sockets;

/// <summary>
/// Creates listeners whose connections read and write their socket directly, in the reader's and the writer's own call.
/// Kestrel's transport adds two pumps and two thread switches, which costs a call more than its handler.
/// </summary>
internal sealed class SocketTransport : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(SocketListener.Bind(endpoint));
}
