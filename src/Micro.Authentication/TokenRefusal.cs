namespace Micro.Authentication;

/// <summary>The reason for which a call has no user.</summary>
internal enum TokenRefusal
{
    /// <summary>There is a user.</summary>
    None,

    /// <summary>The call has no bearer token.</summary>
    Missing,

    /// <summary>The token has ended.</summary>
    Expired,

    /// <summary>The token begins later.</summary>
    NotYetValid,

    /// <summary>The token is malformed, too large, signed by another key, or meant for another service.</summary>
    Invalid,

    /// <summary>The issuer's keys cannot be read.</summary>
    NoKeys,
}
