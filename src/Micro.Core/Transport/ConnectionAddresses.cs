using Microsoft.AspNetCore.Connections;

namespace Micro.Transport;

/// <summary>Both ends of a connection as text, made once for all its requests.</summary>
internal sealed class ConnectionAddresses(ConnectionContext connection)
{
    public string? Remote { get; } = AddressText.Of(connection.RemoteEndPoint);

    public string? Local { get; } = AddressText.Of(connection.LocalEndPoint);
}
