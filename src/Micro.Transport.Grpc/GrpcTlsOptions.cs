using System.Security.Cryptography.X509Certificates;

namespace Micro.Transport.Grpc;

/// <summary>How a client uses TLS. Certificates are verified and TLS is 1.2 or newer unless something here says otherwise.</summary>
public sealed class GrpcTlsOptions
{
    /// <summary>Certificate authorities to trust in place of the system's; empty (the default) for the system's.</summary>
    public X509Certificate2Collection TrustedAuthorities { get; } = [];

    /// <summary>Certificate with private key that proves who the client is; none by default.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>Name the server's certificate must be made for; <see langword="null"/> (the default) for the host of the address.</summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// Accepts every server certificate; default <see langword="false"/>. Anybody on the way can then read and change
    /// everything: for experiments only.
    /// </summary>
    public bool DangerousSkipCertificateVerification { get; set; }
}
