using System.Security.Claims;
using Micro.Server;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Micro.Authentication;

/// <summary>Turns tokens into users. Safe for concurrent use.</summary>
internal sealed class TokenValidator
{
    private static readonly string[] Asymmetric =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly string[] Symmetric = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = BearerToken.MaxLength, MapInboundClaims = false };
    private readonly TokenValidationParameters _parameters;
    private readonly IssuerKeys? _keys;

    /// <param name="options">The options, validated.</param>
    /// <param name="publicKey">The key, when tokens are verified with a public key.</param>
    /// <param name="keys">The keys of an authority, when tokens are verified with them.</param>
    public TokenValidator(JwtOptions options, SecurityKey? publicKey, IssuerKeys? keys)
    {
        _keys = keys;
        _parameters = options.Parameters.Clone();
        _parameters.RequireSignedTokens = true;
        _parameters.RequireExpirationTime = true;
        _parameters.ValidateLifetime = true;
        _parameters.TryAllIssuerSigningKeys = true; // go-micro's tokens have no key id
        _parameters.ClockSkew = options.ClockSkew;
        _parameters.ValidAudience = options.Audience ?? _parameters.ValidAudience;
        _parameters.ValidIssuer = options.Issuer ?? _parameters.ValidIssuer;
        _parameters.IssuerSigningKey = publicKey ?? _parameters.IssuerSigningKey;
        _parameters.ConfigurationManager = keys?.Manager ?? _parameters.ConfigurationManager;
        _parameters.ValidAlgorithms ??= HasSymmetricKey(_parameters) ? [.. Asymmetric, .. Symmetric] : Asymmetric;
        if (publicKey is not null)
        {
            _parameters.ValidateAudience &= _parameters.ValidAudience is not null || _parameters.ValidAudiences is not null || _parameters.AudienceValidator is not null;
            _parameters.ValidateIssuer &= _parameters.ValidIssuer is not null || _parameters.ValidIssuers is not null || _parameters.IssuerValidator is not null;
        }
    }

    /// <summary>Validates a token.</summary>
    /// <returns>The user, or the reason for the refusal.</returns>
    public async ValueTask<(ClaimsPrincipal? User, TokenRefusal Refusal)> ValidateAsync(string token, HandlerContext context)
    {
        if (_keys is not null && !await _keys.AreKnownAsync(context).ConfigureAwait(false))
        {
            return (null, TokenRefusal.NoKeys);
        }

        var result = await _handler.ValidateTokenAsync(token, _parameters).ConfigureAwait(false);
        return result.IsValid
            ? (new ClaimsPrincipal(result.ClaimsIdentity), TokenRefusal.None)
            : (null, result.Exception switch
            {
                SecurityTokenExpiredException => TokenRefusal.Expired,
                SecurityTokenNotYetValidException => TokenRefusal.NotYetValid,
                _ => TokenRefusal.Invalid,
            });
    }

    private static bool HasSymmetricKey(TokenValidationParameters parameters) =>
        parameters.IssuerSigningKey is SymmetricSecurityKey || parameters.IssuerSigningKeys?.Any(static key => key is SymmetricSecurityKey) == true;
}
