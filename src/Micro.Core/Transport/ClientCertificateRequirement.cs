namespace Micro.Transport;

/// <summary>The certificates that a server requests from its clients.</summary>
public enum ClientCertificateRequirement
{
    /// <summary>The server does not request a certificate.</summary>
    None = 0,

    /// <summary>The server requests a certificate; it accepts clients without one and refuses an invalid one.</summary>
    Request,

    /// <summary>The server requires a valid certificate.</summary>
    Require,
}
