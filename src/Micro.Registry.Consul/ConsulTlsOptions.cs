namespace Micro.Registry.Consul;

/// <summary>TLS towards Consul: at least TLS 1.2, certificates are verified unless switched off.</summary>
public sealed class ConsulTlsOptions
{
    /// <summary>PEM file of authorities to trust instead of the system's; setting it implies https.</summary>
    public string? CaFile { get; set; }

    /// <summary>Directory of PEM files of authorities to trust instead of the system's; setting it implies https.</summary>
    public string? CaDirectory { get; set; }

    /// <summary>PEM file of the client certificate; needs <see cref="ClientKeyFile"/>.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>PEM file of the client certificate's key.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>Name that the agent's certificate must carry; default the host of the address.</summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// Accepts any certificate. Only for tests: whoever answers on the address gets the token. Default no.
    /// </summary>
    public bool? SkipVerification { get; set; }
}
