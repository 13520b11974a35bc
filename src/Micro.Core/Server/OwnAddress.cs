using System.Net;
using Micro.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// The address that a running server registers, kept up to date with the network. Once other machines can reach it,
/// only another reachable address replaces it; while the machine has none, the last one stays.
/// </summary>
internal sealed class OwnAddress : IDisposable
{
    private readonly ServerOptions _options;
    private readonly IPEndPoint _listening;
    private readonly Func<IReadOnlyList<InterfaceAddress>> _read;
    private readonly ILogger _logger;
    private readonly AddressWatch _watch;
    private readonly Lock _gate = new();
    private AdvertisedAddress _current;
    private string _network;
    private bool _isKept;

    /// <param name="options">Advertise, preferred networks and the host name option.</param>
    /// <param name="listening">The listening address of the server.</param>
    /// <param name="read">Reads the machine's addresses.</param>
    /// <param name="random">Spreads the checks; from 0 to 1.</param>
    /// <param name="logger">The server's log.</param>
    /// <exception cref="InvalidOperationException">No address can be found.</exception>
    public OwnAddress(ServerOptions options, IPEndPoint listening, Func<IReadOnlyList<InterfaceAddress>> read, Func<double> random, ILogger logger)
    {
        _options = options;
        _listening = listening;
        _read = read;
        _logger = logger;
        var addresses = read();
        _network = Identify(addresses);
        _current = Choose(addresses);
        _logger.Advertising(_current.Address, _current.Reason);
        _watch = new AddressWatch(_ => CheckAddresses(), options.TimeProvider, random, logger);
    }

    /// <summary>Called after the network changed; <see langword="true"/> when the address to register changed.</summary>
    public Action<bool>? Changed { get; set; }

    public string Address
    {
        get
        {
            lock (_gate)
            {
                return _current.Address;
            }
        }
    }

    /// <summary>Starts watching the network.</summary>
    public void Follow() => _watch.Start();

    public void Dispose() => _watch.Dispose();

    /// <summary>Checks the machine's addresses.</summary>
    internal void CheckAddresses()
    {
        var addresses = _read();
        var network = Identify(addresses);
        if (string.Equals(network, _network, StringComparison.Ordinal))
        {
            return;
        }

        _network = network;
        Changed?.Invoke(TryReplace(addresses));
    }

    private static string Identify(IReadOnlyList<InterfaceAddress> addresses) => string.Join('\n', addresses);

    private bool TryReplace(IReadOnlyList<InterfaceAddress> addresses)
    {
        AdvertisedAddress chosen;
        try
        {
            chosen = Choose(addresses);
        }
        catch (InvalidOperationException)
        {
            Keep();
            return false;
        }

        if (_current.IsRoutable && !chosen.IsRoutable)
        {
            Keep();
            return false;
        }

        _isKept = false;
        if (string.Equals(chosen.Address, _current.Address, StringComparison.Ordinal))
        {
            return false;
        }

        lock (_gate)
        {
            _current = chosen;
        }

        _logger.Advertising(chosen.Address, chosen.Reason);
        return true;
    }

    private void Keep()
    {
        if (!_isKept)
        {
            _isKept = true;
            _logger.AddressKept(_current.Address);
        }
    }

    private AdvertisedAddress Choose(IReadOnlyList<InterfaceAddress> addresses) => AdvertiseAddress.Choose(
        _options,
        _listening.Address.Equals(IPAddress.IPv6Any) ? "" : _listening.Address.ToString(),
        _listening.Port,
        () => addresses,
        Dns.GetHostName);
}
