namespace Micro.Server;

/// <summary>
/// A protocol on the port of a server. mucp serves connections; gRPC serves the requests of HTTP/2 connections, which Kestrel
/// reads. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">The type of what the protocol serves.</typeparam>
internal interface IServerProtocol<in T>
{
    /// <summary>Serves a connection or a request until it ends. Never throws because of what the peer sent.</summary>
    Task ServeAsync(T served);
}
