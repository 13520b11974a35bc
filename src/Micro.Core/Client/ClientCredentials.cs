using Micro.Basics;

namespace Micro.Client;

/// <summary>
/// The token that a client sends with its calls as <c>Authorization: Bearer</c>, over mucp and gRPC. Read when the client is
/// created.
/// </summary>
public sealed class ClientCredentials
{
    /// <summary>Gets or sets a token that does not change; <see langword="null"/> (the default) when <see cref="TokenProvider"/> provides it.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// Gets or sets the function that provides a token; <see langword="null"/> (the default) when <see cref="Token"/> is set. Called
    /// at the first call, and again by one call at a time, in the background, before the token expires. Its cancellation token
    /// fires after <see cref="ProviderTimeout"/>.
    /// </summary>
    public Func<CancellationToken, ValueTask<AccessToken>>? TokenProvider { get; set; }

    /// <summary>
    /// Gets or sets the time before the expiry of a token at which a new one is requested; not negative. Limited to a fifth of
    /// the token's lifetime. The default value is 1 min.
    /// </summary>
    public TimeSpan RefreshMargin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the longest time that <see cref="TokenProvider"/> may take; positive. The default value is 10 s.</summary>
    public TimeSpan ProviderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets a value that is <see langword="true"/> to send the token over connections without TLS, where an attacker on
    /// the network path can read and use it. The default value is <see langword="false"/>: such calls fail before anything is sent.
    /// </summary>
    public bool AllowWithoutTls { get; set; }

    internal void Validate(ICollection<string> errors)
    {
        if (Token is null == TokenProvider is null)
        {
            errors.Add("client credentials: set either Token or TokenProvider");
        }

        if (Token is { } token && (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            errors.Add("client credentials: the token is empty or holds a blank or a character that is not printable ASCII");
        }

        OptionRules.NotNegative(errors, "client credentials refresh margin", RefreshMargin);
        OptionRules.Positive(errors, "client credentials provider timeout", ProviderTimeout);
    }
}
