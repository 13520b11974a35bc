using System.Security.Claims;

namespace Micro.Authentication;

/// <summary>
/// Reads the scopes of a user: go-micro's claim <c>scopes</c>, one value each, and OAuth's <c>scope</c> and <c>scp</c>, whose values
/// are separated by blanks (RFC 8693, section 4.2). Compared exactly.
/// </summary>
internal static class Scopes
{
    public static bool HasOneOf(ClaimsPrincipal user, IReadOnlyList<string> wanted)
    {
        foreach (var claim in user.Claims)
        {
            if (claim.Type is "scopes" && wanted.Contains(claim.Value, StringComparer.Ordinal))
            {
                return true;
            }

            if (claim.Type is "scope" or "scp" && claim.Value.Split(' ').Any(scope => wanted.Contains(scope, StringComparer.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
