namespace Micro.Authentication;

/// <summary>The reason why a call has no user.</summary>
internal enum TokenRefusal
{
    /// <summary>The call has a user.</summary>
    None,

    /// <summary>The call has no bearer token.</summary>
    Missing,

    /// <summary>The token has expired.</summary>
    Expired,

    /// <summary>The token is not valid yet.</summary>
    NotYetValid,

    /// <summary>The token is malformed, too large, signed by another key, or meant for another service.</summary>
    Invalid,

    /// <summary>The issuer's keys cannot be read.</summary>
    NoKeys,
}
