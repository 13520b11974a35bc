using Micro.Server;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.Tokens;

namespace Micro.Authentication;

/// <summary>
/// The issuer of callers' tokens, and the rules for callers. Set either <see cref="Authority"/> or a public key. Read when
/// the server is created; do not change it afterwards.
/// </summary>
public sealed class JwtOptions
{
    /// <summary>
    /// Gets or sets the issuer, for example <c>https://login.example</c>: keys and name are read from its
    /// <c>/.well-known/openid-configuration</c> and read again when they change. The default value is <see langword="null"/>.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>
    /// Gets or sets the public key of the issuer: PEM, or base64 of PEM as in go-micro. <c>--auth_public_key</c> or
    /// <c>MICRO_AUTH_PUBLIC_KEY</c> overrides it. The default value is <see langword="null"/>.
    /// </summary>
    public string? PublicKey { get; set; }

    /// <summary>
    /// Gets or sets the audience (claim <c>aud</c>) that tokens must have. Required with <see cref="Authority"/>; go-micro's
    /// tokens have no audience, so with a public key <see langword="null"/> (the default) accepts every audience.
    /// </summary>
    public string? Audience { get; set; }

    /// <summary>
    /// Gets or sets the issuer (claim <c>iss</c>) that tokens must have. The default value is <see langword="null"/>: the one that
    /// <see cref="Authority"/> names, or with a public key any.
    /// </summary>
    public string? Issuer { get; set; }

    /// <summary>
    /// Gets or sets the tolerated clock difference for the times in a token; zero to 5 min. The default value is 30 s.
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets a value that is <see langword="true"/> to accept only an <see cref="Authority"/> with https. The default value is
    /// <see langword="true"/>; <see langword="false"/> is for development: an attacker on the network path can replace the keys.
    /// </summary>
    public bool RequireHttpsMetadata { get; set; } = true;

    /// <summary>
    /// Gets or sets the shortest time between two reads of the authority's keys that tokens with an unknown key cause;
    /// 1 s to 1 day. The default value is 5 min. They are read again every 12 h in any case.
    /// </summary>
    public TimeSpan KeyRefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets the client that reads the authority's keys; not disposed. The default value is <see langword="null"/>: a client with
    /// a time limit of 5 s and a size limit of 1 MiB.
    /// </summary>
    public HttpClient? Backchannel { get; set; }

    /// <summary>
    /// Gets or sets a value that is <see langword="true"/> to let callers without a token call endpoints that have no rule. The default
    /// value is <see langword="false"/>: they need a token. Debug endpoints and gRPC reflection need one in either case.
    /// </summary>
    public bool AllowAnonymousByDefault { get; set; }

    /// <summary>
    /// Gets or sets the function that adds policies for <c>[Authorize(Policy = …)]</c>. Not used for calls in a container that
    /// has an <see cref="IAuthorizationService"/>. The default value is <see langword="null"/>.
    /// </summary>
    public Action<AuthorizationOptions>? Policies { get; set; }

    /// <summary>
    /// Gets the parameters of validation, for what has no option here. The claim <c>sub</c> is the name and <c>roles</c> the roles. A
    /// token without signature or expiry is refused whatever they say; symmetric algorithms are refused unless a symmetric key
    /// is set here, or <see cref="TokenValidationParameters.ValidAlgorithms"/>.
    /// </summary>
    public TokenValidationParameters Parameters { get; } = new()
    {
        AuthenticationType = "Bearer",
        NameClaimType = "sub",
        RoleClaimType = "roles",
    };

    internal void Validate(ServerOptions server, ICollection<string> errors)
    {
        var key = server.AuthPublicKey ?? PublicKey;
        if (Authority is not null && key is not null)
        {
            errors.Add("authentication: both an authority and a public key are set: remove one, tokens have one issuer");
        }
        else if (Authority is null && key is null && !HasOwnKeys)
        {
            errors.Add("authentication: no key to verify tokens: set Authority, or a public key (--auth_public_key, MICRO_AUTH_PUBLIC_KEY or PublicKey)");
        }

        if (key is not null && !PublicKeys.TryRead(key, out _, out var problem))
        {
            errors.Add($"authentication: the public key {problem}");
        }

        ValidateAuthority(errors);
        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromMinutes(5))
        {
            errors.Add($"authentication: clock skew {ClockSkew}: must be 0 to 5 min");
        }

        if (KeyRefreshInterval < TimeSpan.FromSeconds(1) || KeyRefreshInterval > TimeSpan.FromDays(1))
        {
            errors.Add($"authentication: key refresh interval {KeyRefreshInterval}: must be 1 s to 1 day");
        }
    }

    private bool HasOwnKeys =>
        Parameters.IssuerSigningKey is not null || Parameters.IssuerSigningKeys?.Any() == true || Parameters.IssuerSigningKeyResolver is not null
        || Parameters.ConfigurationManager is not null;

    private void ValidateAuthority(ICollection<string> errors)
    {
        if (Authority is null)
        {
            return;
        }

        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
        {
            errors.Add("authentication: the authority is not the address of an issuer, like https://login.example");
        }
        else if (RequireHttpsMetadata && uri.Scheme != Uri.UriSchemeHttps)
        {
            errors.Add($"authentication: authority '{Authority}': must be https; for development set RequireHttpsMetadata to false");
        }

        var hasAudience = Audience is not null || Parameters.ValidAudience is not null || Parameters.ValidAudiences?.Any() == true
            || Parameters.AudienceValidator is not null || !Parameters.ValidateAudience;
        if (!hasAudience)
        {
            errors.Add("authentication: no audience: set Audience, otherwise tokens for other services of the authority would be accepted");
        }
    }
}
