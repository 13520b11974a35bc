namespace Micro.Http;

/// <summary>The <c>Host</c> header (<c>:authority</c> in HTTP/2) of a discovered request, which is also the name that TLS asks for and verifies.</summary>
public enum HttpHostHeader
{
    /// <summary>
    /// The node's address over plain text, which every server accepts; the name in the URI over TLS, because that is whom the
    /// caller means (RFC 9110, section 4.3.4) and a record in a registry must not decide whose certificate is good enough.
    /// </summary>
    Automatic = 0,

    /// <summary>The node's address, <c>host:port</c> of its record.</summary>
    NodeAddress,

    /// <summary>Host and port as the caller wrote them in the URI, for servers that route by name.</summary>
    ServiceName,
}
