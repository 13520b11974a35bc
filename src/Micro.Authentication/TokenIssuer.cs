using System.Security.Cryptography;
using Micro.Client;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Micro.Authentication;

/// <summary>
/// Issues tokens as go-micro's <c>auth/jwt</c> does, for tests and for small fleets without an issuer. The holder of the private
/// key can act as any account. Safe for concurrent use.
/// </summary>
public sealed class TokenIssuer : IDisposable
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly TimeProvider _time;
    private readonly RSA _key;
    private readonly SigningCredentials _credentials;

    /// <summary>Creates an issuer.</summary>
    /// <param name="privateKey">The RSA key: PEM, or base64 of PEM, as in go-micro's <c>MICRO_AUTH_PRIVATE_KEY</c>.</param>
    /// <param name="timeProvider">Source of time; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">The text is not an RSA private key of at least 2,048 bits. The message does not hold it.</exception>
    public TokenIssuer(string privateKey, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(privateKey);
        _time = timeProvider ?? TimeProvider.System;
        _key = PublicKeys.ReadPrivate(privateKey)
            ?? throw new ArgumentException("the private key is not an RSA key of at least 2048 bits as PEM, or base64 of PEM", nameof(privateKey));
        _credentials = new SigningCredentials(new RsaSecurityKey(_key), SecurityAlgorithms.RsaSha256);
    }

    /// <summary>Issues a token; use it as <c>TokenProvider</c>: <c>_ => ValueTask.FromResult(issuer.Issue("billing"))</c>.</summary>
    /// <param name="id">Id of the account, the claim <c>sub</c>.</param>
    /// <param name="scopes">Scopes of the account; <see langword="null"/> for none.</param>
    /// <param name="metadata">Metadata of the account; <see langword="null"/> for none.</param>
    /// <param name="lifetime">Time until the token expires, at least 1 s; <see langword="null"/> for 15 min.</param>
    /// <param name="type">Type of the account, in go-micro <c>user</c> or <c>service</c>.</param>
    /// <param name="issuer">The claim <c>iss</c>; go-micro's default is <c>go.micro</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is too short.</exception>
    public AccessToken Issue(
        string id,
        IEnumerable<string>? scopes = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        TimeSpan? lifetime = null,
        string type = "service",
        string issuer = "go.micro")
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var lasts = lifetime ?? TimeSpan.FromMinutes(15);
        ArgumentOutOfRangeException.ThrowIfLessThan(lasts, TimeSpan.FromSeconds(1), nameof(lifetime));
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Expires = _time.GetUtcNow().UtcDateTime + lasts,
            SigningCredentials = _credentials,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = id,
                ["type"] = type,
                ["scopes"] = (scopes ?? []).ToArray(),
                ["metadata"] = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal),
            },
        });
        return new AccessToken(token, lasts);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
