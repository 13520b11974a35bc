using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Micro.FaultPeer.Forging;

/// <summary>Accepts the connections of those who believe a forged record.</summary>
internal sealed class Trap(string address) : IDisposable
{
    private readonly ConcurrentBag<TcpListener> _listeners = [];
    private int _met;

    /// <summary>Connections that came.</summary>
    public int Met => Volatile.Read(ref _met);

    public string Listen(string kind)
    {
        var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        _listeners.Add(listener);
        _ = Task.Run(() => AcceptAsync(listener, kind));
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
    }

    private async Task AcceptAsync(TcpListener listener, string kind)
    {
        using var certificate = SelfSigned();
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync();
            Interlocked.Increment(ref _met);
            _ = Task.Run(() => ServeAsync(client, kind, certificate));
        }
    }

    private static async Task ServeAsync(TcpClient client, string kind, X509Certificate2 certificate)
    {
        using (client)
        {
            try
            {
                switch (kind)
                {
                    case "silent":
                        await client.GetStream().CopyToAsync(Stream.Null);
                        break;
                    case "tls":
                        await using (var secure = new SslStream(client.GetStream()))
                        {
                            await secure.AuthenticateAsServerAsync(certificate);
                            await secure.CopyToAsync(Stream.Null);
                        }

                        break;
                }
            }
            catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
            {
                // Whoever came has left again.
            }
        }
    }

    /// <summary>A certificate for the address of the trap that no authority has issued.</summary>
    private X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
