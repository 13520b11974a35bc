namespace Micro.Transport.Security;

/// <summary>
/// What failed handshakes mean. TLS libraries tell the other side's reasons (alerts, RFC 8446, section 6.2) only by the
/// names of OpenSSL, Schannel and Apple's library, so these are looked for.
/// </summary>
internal static class TlsFailures
{
    private static readonly (string Sign, string Meaning)[] ClientRefusals =
    [
        ("alert certificate required", "it wants a client certificate and got none: set one (--client_tls_cert)"),
        ("alert unknown ca", "it does not know the authority of the client's certificate: set one it trusts (--client_tls_cert)"),
        ("alert certificate expired", "it refuses the client's certificate as expired: renew it (--client_tls_cert)"),
        ("alert certificate unknown", "it refuses the client's certificate: set one it trusts (--client_tls_cert)"),
        ("alert bad certificate", "it refuses the client's certificate, or wants one: set one it trusts (--client_tls_cert)"),
        ("alert access denied", "it refuses this client: set a certificate it accepts (--client_tls_cert)"),
    ];

    private static readonly (string Sign, string Meaning)[] HandshakeRefusals =
    [
        .. ClientRefusals,
        ("no application protocol", "it does not speak this protocol over TLS (ALPN): call it in the one it speaks"),
        ("alert protocol version", "it speaks neither TLS 1.2 nor TLS 1.3: let it, nothing older is safe"),
        ("unsupported protocol", "it speaks neither TLS 1.2 nor TLS 1.3: let it, nothing older is safe"),
        ("alert unrecognized name", "it does not know the name it was asked for: set another one (--client_tls_server_name)"),
        ("alert handshake failure", "it broke off the handshake: it may speak nothing as new as TLS 1.2, want a client certificate (--client_tls_cert), or share no cipher"),
        ("alert internal error", "it has failed itself, or has no certificate for this name: see its log"),
        ("wrong version number", "it speaks no TLS: remove the client's TLS options (--client_tls), or give the server a certificate"),
        ("corrupted frame", "it speaks no TLS: remove the client's TLS options (--client_tls), or give the server a certificate"),
        ("unexpected EOF", "it ended the handshake: it may speak no TLS, or refuse this client; see its log"),
    ];

    /// <summary>Why a server did not complete a handshake.</summary>
    public static string OfServer(Exception exception) => Find(HandshakeRefusals, exception) ?? $"the handshake failed: {Innermost(exception).Message}";

    /// <summary>Whether a server broke the connection off because of the client's certificate, which in TLS 1.3 comes after the handshake.</summary>
    public static string? OfRefusedClient(Exception exception) => Find(ClientRefusals, exception);

    /// <summary>Why a handshake with a client did not end well.</summary>
    public static string OfClient(Exception exception) => Innermost(exception).Message switch
    {
        var text when Has(text, "no application protocol") => "it asked for protocols (ALPN) that this port does not speak: h2 and http/1.1 are",
        var text when Has(text, "unsupported protocol") || Has(text, "version too low") => "it speaks nothing as new as TLS 1.2",
        var text when Has(text, "alert unknown ca") || Has(text, "alert certificate unknown") || Has(text, "alert bad certificate") =>
            "it does not trust this server's certificate: give it the authority's (--client_tls_ca)",
        var text when Has(text, "unexpected EOF") => "it broke off the handshake; it may not trust this server's certificate (--client_tls_ca)",
        var text => $"the handshake failed: {text}",
    };

    private static string? Find((string Sign, string Meaning)[] table, Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException!)
        {
            foreach (var (sign, meaning) in table)
            {
                if (Has(current.Message, sign))
                {
                    return meaning;
                }
            }
        }

        return null;
    }

    private static bool Has(string text, string sign) => text.Contains(sign, StringComparison.OrdinalIgnoreCase);

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }
}
