using System.Collections.Concurrent;
using Micro.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;

namespace Micro.Authentication;

/// <summary>
/// Identifies the caller of every call and stream by its bearer token, then decides by the rule of the endpoint: 401 without a
/// valid token, 403 without permission.
/// </summary>
internal sealed class JwtInterceptor(JwtOptions jwt) : IHandlerInterceptor
{
    private readonly ConcurrentDictionary<EndpointDefinition, EndpointRule> _rules = new(ReferenceEqualityComparer.Instance);
    private readonly PolicyEvaluator _policies = new(jwt.Policies);
    private readonly Lock _gate = new();
    private volatile Parts? _parts;
    private ServerOptions? _server;

    public bool AuthenticatesCallers => true;

    public void Validate(ServerOptions options, ICollection<string> errors)
    {
        jwt.Validate(options, errors);
        lock (_gate)
        {
            _server = options;
            _parts = null;
        }
    }

    public async ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next)
    {
        var parts = _parts ?? Build();
        var rule = _rules.GetOrAdd(context.Definition, static (endpoint, byDefault) => EndpointRule.Of(endpoint, byDefault), jwt.AllowAnonymousByDefault);
        var refusal = BearerToken.Find(context.Metadata.GetValueOrDefault("Authorization"), out var token);
        if (refusal == TokenRefusal.None)
        {
            (var user, refusal) = await parts.Validator.ValidateAsync(token, context).ConfigureAwait(false);
            if (user is not null)
            {
                context.User = user;
            }
        }

        if (!rule.AllowsAnonymous)
        {
            if (refusal != TokenRefusal.None)
            {
                throw Refuse(context, refusal, parts.Logger);
            }

            if (!await IsAllowedAsync(context, rule).ConfigureAwait(false))
            {
                parts.Logger.CallerRefused(context.Endpoint, context.RemoteAddress, "the token does not grant access");
                throw MicroException.Forbidden(context.Service, $"{context.Endpoint}: the caller is not allowed to call it");
            }
        }

        await next(context).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsAllowedAsync(HandlerContext context, EndpointRule rule) =>
        (rule.Scopes.Count == 0 || Scopes.HasOneOf(context.User, rule.Scopes))
        && (rule.Authorize.Count == 0 || await _policies.IsAllowedAsync(context, rule.Authorize).ConfigureAwait(false));

    private static MicroException Refuse(HandlerContext context, TokenRefusal refusal, ILogger logger)
    {
        var reason = refusal switch
        {
            TokenRefusal.Missing => "a bearer token is required",
            TokenRefusal.Expired => "the bearer token has expired",
            TokenRefusal.NotYetValid => "the bearer token is not valid yet",
            TokenRefusal.NoKeys => "the keys of the tokens' issuer cannot be read",
            _ => "the bearer token is not accepted",
        };
        logger.CallerRefused(context.Endpoint, context.RemoteAddress, reason);
        return refusal == TokenRefusal.NoKeys
            ? MicroException.Unavailable(context.Service, $"{context.Endpoint}: {reason}")
            : MicroException.Unauthorized(context.Service, $"{context.Endpoint}: {reason}");
    }

    /// <summary>Created at the first call: settings and logging are not complete when the interceptor is added.</summary>
    private Parts Build()
    {
        lock (_gate)
        {
            if (_parts is { } built)
            {
                return built;
            }

            var server = _server ?? throw new InvalidOperationException("authentication was added after the server was created: call Authenticate first");
            var logger = (server.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Micro.Authentication");
            SecurityKey? key = null;
            if ((server.AuthPublicKey ?? jwt.PublicKey) is { } text && !PublicKeys.TryRead(text, out key, out var problem))
            {
                throw new InvalidOperationException($"the public key {problem}");
            }

            var keys = jwt.Authority is null ? null : new IssuerKeys(jwt, server.TimeProvider, logger);
            return _parts = new Parts(new TokenValidator(jwt, key, keys), logger);
        }
    }

    private sealed class Parts(TokenValidator validator, ILogger logger)
    {
        public TokenValidator Validator { get; } = validator;

        public ILogger Logger { get; } = logger;
    }
}
