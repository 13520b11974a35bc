using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Micro.Transport;
using Micro.Transport.Security;
using Micro.Transport.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Micro.Server.Listening;

/// <summary>
/// Listens on one port with Kestrel's connection layer (sockets and pipes) and hands each connection to the protocol, with
/// Kestrel's HTTP/2 behind it for those that speak it.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly MeteredKestrel _server;

    private Listener(MeteredKestrel server, IPEndPoint endPoint)
    {
        _server = server;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens, with the real port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Listens on the first free port of the address.</summary>
    /// <param name="network">Where it listens.</param>
    /// <param name="address">The address.</param>
    /// <param name="limits">Limits on what clients may send and hold.</param>
    /// <param name="tls">TLS, if the port speaks it.</param>
    /// <param name="protocol">Serves a connection; gets what serves those that speak HTTP/2.</param>
    /// <param name="http2">Answers requests of HTTP/2 connections, if there are any.</param>
    /// <param name="loggerFactory">Where logs go.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">None is free, or the host is not of this machine.</exception>
    public static async Task<Listener> StartAsync(
        INetwork network,
        ListenAddress address,
        TransportLimits limits,
        ServerTls? tls,
        Func<ConnectionDelegate, ConnectionDelegate> protocol,
        IServerProtocol<Http2Request>? http2,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        if (tls is not null && !network.CarriesServerTls)
        {
            throw new InvalidOperationException("the server's network is in memory and carries no TLS: take the certificate away, or let the test use sockets");
        }

        var host = await ResolveAsync(address, cancellationToken).ConfigureAwait(false);
        for (var port = address.FirstPort; ; port++)
        {
            try
            {
                return await ListenAsync(network, host, port, limits, tls, protocol, http2, loggerFactory, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException exception) when (exception.InnerException is AddressInUseException)
            {
                if (port == address.LastPort)
                {
                    throw new IOException(InUse(address), exception);
                }
            }
        }
    }

    /// <summary>Stops accepting, asks all connections to end and waits for them; cancellation cuts them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<Listener> ListenAsync(
        INetwork network,
        IPAddress? host,
        int port,
        TransportLimits limits,
        ServerTls? tls,
        Func<ConnectionDelegate, ConnectionDelegate> protocol,
        IServerProtocol<Http2Request>? http2,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken)
    {
        ListenOptions? listening = null;
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = EmptyServices.Instance };
        KestrelLimits.Apply(limits, options.Limits);
        void Configure(ListenOptions listenOptions)
        {
            listening = listenOptions;

            // Who reaches Kestrel's own HTTP has been found to speak HTTP/2.
            listenOptions.Protocols = HttpProtocols.Http2;
            if (tls is not null)
            {
                listenOptions.Use(tls.Secure);
            }

            listenOptions.Use(protocol);
        }

        if (host is null)
        {
            options.ListenAnyIP(port, Configure);
        }
        else
        {
            options.Listen(host, port, Configure);
        }

        var server = new MeteredKestrel(options, network.Listeners, loggerFactory);
        try
        {
            await server.StartAsync(new Http2Application(http2), cancellationToken).ConfigureAwait(false);
            return new Listener(server, listening!.IPEndPoint!);
        }
        catch (SocketException exception)
        {
            server.Dispose();
            throw new IOException($"cannot listen on '{NodeAddress.Format((host ?? IPAddress.Any).ToString(), port)}': {exception.Message}", exception);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private static string InUse(ListenAddress address)
    {
        var host = address.Host.Length == 0 ? "0.0.0.0" : address.Host;
        var holder = PortHolder.Find(address.FirstPort) is { } process ? $" by {process}" : "";
        var ports = address.FirstPort == address.LastPort
            ? $"{NodeAddress.Format(host, address.FirstPort)} is in use{holder}"
            : string.Create(CultureInfo.InvariantCulture, $"{NodeAddress.Format(host, address.FirstPort)} to {address.LastPort} are all in use, the first{holder}");
        return ports + ": choose another with --server_address or MICRO_SERVER_ADDRESS, 0 for any free one";
    }

    private static async Task<IPAddress?> ResolveAsync(ListenAddress address, CancellationToken cancellationToken)
    {
        if (address.Host.Length == 0 || string.Equals(address.Host, "::", StringComparison.Ordinal))
        {
            return null;
        }

        if (IPAddress.TryParse(address.Host, out var ip))
        {
            return ip;
        }

        try
        {
            var all = await Dns.GetHostAddressesAsync(address.Host, cancellationToken).ConfigureAwait(false);
            return all.FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? all[0];
        }
        catch (SocketException exception)
        {
            throw new IOException($"cannot listen on '{NodeAddress.Format(address.Host, address.FirstPort)}': no such host", exception);
        }
    }

    private sealed class EmptyServices : IServiceProvider
    {
        public static readonly EmptyServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
