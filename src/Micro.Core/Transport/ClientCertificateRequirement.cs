namespace Micro.Transport;

/// <summary>The certificates that a server asks of its clients.</summary>
public enum ClientCertificateRequirement
{
    /// <summary>The server does not ask for a certificate.</summary>
    None = 0,

    /// <summary>The server asks for a certificate; a client without one is served, a client with an invalid one is not.</summary>
    Request,

    /// <summary>The server asks for a certificate; only clients with a valid one are served.</summary>
    Require,
}
