namespace Micro.Transport;

/// <summary>
/// TLS of a client towards all nodes, in all protocols. Certificate and key are its own, for servers that request one; the
/// authorities verify the servers' certificates.
/// </summary>
public sealed class ClientTlsOptions : TlsOptions
{
    /// <summary>
    /// Name that every server's certificate must have, also sent to the server (SNI). The default value is
    /// <see langword="null"/>: the host of the node's address.
    /// </summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// <see langword="true"/> to accept any certificate: an attacker on the network path can then read and change everything. For
    /// experiments only; logs a warning. The default value is <see langword="false"/>.
    /// </summary>
    public bool SkipVerification { get; set; }

    internal override void Validate(string owner, ICollection<string> errors)
    {
        base.Validate(owner, errors);
        if (ServerName is { } name && Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            errors.Add($"{owner} TLS server name '{name}': must be a host name or an address, without port");
        }
    }
}
