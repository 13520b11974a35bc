namespace Micro.Transport.Security;

/// <summary>
/// Explains failed handshakes. TLS libraries report the peer's reason (alerts, RFC 8446, section 6.2) only by names of
/// OpenSSL, Schannel and Apple's library, so the texts are searched for them.
/// </summary>
internal static class TlsFailures
{
    private static readonly (string Sign, string Meaning)[] ClientRefusals =
    [
        ("alert certificate required", "it requires a client certificate: set one (--client_tls_cert)"),
        ("alert unknown ca", "it does not trust the authority of the client's certificate: set one it trusts (--client_tls_cert)"),
        ("alert certificate expired", "it refuses the client's certificate as expired: renew it (--client_tls_cert)"),
        ("alert certificate unknown", "it refuses the client's certificate: set one it trusts (--client_tls_cert)"),
        ("alert bad certificate", "it refuses the client's certificate, or requires one: set one it trusts (--client_tls_cert)"),
        ("alert access denied", "it refuses this client: set a certificate it accepts (--client_tls_cert)"),
    ];

    private static readonly (string Sign, string Meaning)[] HandshakeRefusals =
    [
        .. ClientRefusals,
        ("no application protocol", "it does not speak this protocol over TLS (ALPN): call it over another protocol"),
        ("alert protocol version", "it supports neither TLS 1.2 nor TLS 1.3: enable one of them"),
        ("unsupported protocol", "it supports neither TLS 1.2 nor TLS 1.3: enable one of them"),
        ("alert unrecognized name", "it does not serve the requested name: set another one (--client_tls_server_name)"),
        ("alert handshake failure", "it ended the handshake: it may not support TLS 1.2, may require a client certificate (--client_tls_cert), or share no cipher"),
        ("alert internal error", "it had an internal error, or has no certificate for this name: see its log"),
        ("wrong version number", "it does not speak TLS: remove the client's TLS options (--client_tls), or give the server a certificate"),
        ("corrupted frame", "it does not speak TLS: remove the client's TLS options (--client_tls), or give the server a certificate"),
        ("unexpected EOF", "it ended the handshake: it may not speak TLS, or refuse this client; see its log"),
    ];

    /// <summary>Returns why a server did not complete a handshake.</summary>
    public static string OfServer(Exception exception) => Find(HandshakeRefusals, exception) ?? $"the handshake failed: {Innermost(exception).Message}";

    /// <summary>Returns the reason if a server ended the connection for the client's certificate, in TLS 1.3 after the handshake.</summary>
    public static string? ForRefusedClient(Exception exception) => Find(ClientRefusals, exception);

    /// <summary>Returns why a handshake with a client failed.</summary>
    public static string OfClient(Exception exception) => Innermost(exception).Message switch
    {
        var text when Has(text, "no application protocol") => "it requested protocols (ALPN) that this port does not speak: use h2 or http/1.1",
        var text when Has(text, "unsupported protocol") || Has(text, "version too low") => "it does not support TLS 1.2 or later",
        var text when Has(text, "alert unknown ca") || Has(text, "alert certificate unknown") || Has(text, "alert bad certificate") =>
            "it does not trust this server's certificate: give it the authority's certificate (--client_tls_ca)",
        var text when Has(text, "unexpected EOF") => "it ended the handshake; it may not trust this server's certificate (--client_tls_ca)",
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
