namespace Micro.Registry.Etcd;

/// <summary>TLS towards etcd: at least TLS 1.2, certificates are verified unless switched off. Files are read when the registry is created.</summary>
public sealed class EtcdTlsOptions
{
    /// <summary>PEM file of authorities to trust instead of the system's; setting it implies TLS.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file of the client certificate; needs <see cref="ClientKeyFile"/> and implies TLS.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>PEM file of the client certificate's key.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>Name that the members' certificates must carry; default the host of the address.</summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// Accepts any certificate. Only for tests: any server on the address gets the password. Default
    /// <see langword="null"/>: no, unless the variable <c>MICRO_TLS_INSECURE</c> is <c>true</c>.
    /// </summary>
    public bool? SkipVerification { get; set; }
}
