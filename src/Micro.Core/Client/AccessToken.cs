namespace Micro.Client;

/// <summary>A bearer token and how long it lasts. Immutable; its text form does not show the token.</summary>
public sealed class AccessToken
{
    /// <summary>Creates a token.</summary>
    /// <param name="value">The token as it travels behind <c>Bearer</c>: printable ASCII without blanks.</param>
    /// <param name="lifetime">
    /// Time until it ends, counted from the moment when the provider was asked; <see langword="null"/> for a token that does not
    /// end. The answer of an OAuth server has it as <c>expires_in</c>.
    /// </param>
    /// <exception cref="ArgumentException">The token cannot travel in a header. The message does not hold it.</exception>
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

    /// <summary>Gets the time until the token ends, counted from the moment when the provider was asked; <see langword="null"/> for ever.</summary>
    public TimeSpan? Lifetime { get; }

    /// <summary>Returns a text without the token.</summary>
    public override string ToString() => "AccessToken ***";
}
