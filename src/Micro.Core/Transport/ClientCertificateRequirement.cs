namespace Micro.Transport;

/// <summary>Whether a server asks its clients for a certificate.</summary>
public enum ClientCertificateRequirement
{
    /// <summary>It does not ask.</summary>
    None = 0,

    /// <summary>It asks; a client without one is served, one with a wrong one is not.</summary>
    Request,

    /// <summary>It asks; only clients with a valid one are served.</summary>
    Require,
}
