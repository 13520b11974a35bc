namespace Micro.Client;

/// <summary>A bearer token and its lifetime. Immutable; its text form does not show the token.</summary>
public sealed class AccessToken
{
    /// <summary>Creates a token.</summary>
    /// <param name="value">The token, sent after <c>Bearer</c>: printable ASCII without blanks.</param>
    /// <param name="lifetime">
    /// Time until it expires, counted from the request to the provider; <see langword="null"/> for a token that does not
    /// expire. OAuth servers return it as <c>expires_in</c>.
    /// </param>
    /// <exception cref="ArgumentException">The token is not valid in a header. The message does not contain it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is not positive.</exception>
    public AccessToken(string value, TimeSpan? lifetime = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        if (value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException("the token holds a blank or a character that is not printable ASCII", nameof(value));
        }

        if (lifetime is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(lifetime));
        }

        Value = value;
        Lifetime = lifetime;
    }

    /// <summary>Gets the token.</summary>
    public string Value { get; }

    /// <summary>Gets the time until the token expires, counted from the request to the provider; <see langword="null"/> for no expiry.</summary>
    public TimeSpan? Lifetime { get; }

    /// <summary>Returns a text without the token.</summary>
    public override string ToString() => "AccessToken ***";
}
