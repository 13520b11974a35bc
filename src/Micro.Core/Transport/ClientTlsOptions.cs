namespace Micro.Transport;

/// <summary>
/// TLS of a client towards all nodes, whatever it calls them over. Certificate and key are its own, for servers that ask
/// for one; the authorities are those of the servers' certificates.
/// </summary>
public sealed class ClientTlsOptions : TlsOptions
{
    /// <summary>
    /// Name that every server's certificate must carry, and that is asked for (SNI). The default value is
    /// <see langword="null"/>: the host of the node's address.
    /// </summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// Accepts any certificate: anybody on the way can then read and change everything. For experiments only; a warning is
    /// logged. The default value is <see langword="false"/>.
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
