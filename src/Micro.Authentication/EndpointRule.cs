using Micro.Server;
using Microsoft.AspNetCore.Authorization;

namespace Micro.Authentication;

/// <summary>The rule of an endpoint for its callers, read from its metadata and attributes once. Immutable.</summary>
internal sealed class EndpointRule
{
    private const string ScopesKey = "scopes";

    private EndpointRule(bool allowsAnonymous, string[] scopes, IAuthorizeData[] authorize)
    {
        AllowsAnonymous = allowsAnonymous;
        Scopes = scopes;
        Authorize = authorize;
    }

    /// <summary>Gets a value that is <see langword="true"/> when callers without a token may call it.</summary>
    public bool AllowsAnonymous { get; }

    /// <summary>Gets the scopes, one of which a caller needs; empty for no restriction.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Gets the <c>[Authorize]</c> attributes, all of which a caller must satisfy.</summary>
    public IReadOnlyList<IAuthorizeData> Authorize { get; }

    /// <param name="endpoint">The endpoint.</param>
    /// <param name="allowAnonymousByDefault"><see langword="true"/> to let callers without a token call an endpoint without a rule.</param>
    public static EndpointRule Of(EndpointDefinition endpoint, bool allowAnonymousByDefault)
    {
        // The key restricts even without a scope; otherwise an empty value would open the endpoint by mistake.
        var hasScopes = endpoint.Metadata.TryGetValue(ScopesKey, out var text);
        var scopes = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IAuthorizeData[] authorize = [.. endpoint.Attributes.OfType<IAuthorizeData>()];
        var isOpen = endpoint.Attributes.Any(static attribute => attribute is IAllowAnonymous)
            || (allowAnonymousByDefault && !hasScopes && authorize.Length == 0);
        return new EndpointRule(isOpen, scopes, authorize);
    }
}
