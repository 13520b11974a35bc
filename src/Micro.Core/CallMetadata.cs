using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Micro;

/// <summary>
/// Name and value pairs that travel with a call, like HTTP headers. Names are compared without regard to case,
/// because HTTP and gRPC spell them differently. Not safe for concurrent changes; do not change it while a call uses it.
/// </summary>
public sealed class CallMetadata : IReadOnlyCollection<KeyValuePair<string, string>>
{
    /// <summary>The header that carries a caller's token.</summary>
    internal const string Authorization = "Authorization";

    private readonly Dictionary<string, string> _pairs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary><see langword="true"/> when the token came with a call, so that it is not sent on unless that is asked for.</summary>
    private bool _holdsReceivedToken;

    /// <inheritdoc/>
    public int Count => _pairs.Count;

    /// <summary>Reads or sets a value.</summary>
    /// <param name="key">Name: a header field name that the transport does not use itself.</param>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    /// <exception cref="ArgumentException">Name or value cannot travel as a header.</exception>
    public string this[string key]
    {
        get => _pairs[key];
        set
        {
            HeaderRules.ThrowIfInvalid(key, value);
            _pairs[key] = value;
            _holdsReceivedToken &= !IsAuthorization(key);
        }
    }

    /// <summary>Adds a pair.</summary>
    /// <param name="key">Name: a header field name that the transport does not use itself.</param>
    /// <param name="value">Value without CR, LF and NUL.</param>
    /// <exception cref="ArgumentException">Name or value cannot travel as a header, or the name is there already.</exception>
    public void Add(string key, string value)
    {
        HeaderRules.ThrowIfInvalid(key, value);
        _pairs.Add(key, value);
    }

    /// <summary>Reads a value.</summary>
    /// <param name="key">Name.</param>
    /// <param name="value">The value.</param>
    /// <returns><see langword="true"/> if the name exists.</returns>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _pairs.TryGetValue(key, out value);

    /// <summary>The value of a name, or <see langword="null"/>.</summary>
    /// <param name="key">Name.</param>
    public string? GetValueOrDefault(string key) => _pairs.GetValueOrDefault(key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _pairs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Gets metadata without pairs; nothing is added to it.</summary>
    internal static CallMetadata Empty { get; } = new();

    /// <summary>A copy that may be changed; its pairs were checked when they came in.</summary>
    internal static CallMetadata Copy(CallMetadata? source)
    {
        var copy = new CallMetadata { _holdsReceivedToken = source is { _holdsReceivedToken: true } };
        foreach (var (key, value) in source?._pairs ?? [])
        {
            copy._pairs.Add(key, value);
        }

        return copy;
    }

    /// <summary>Returns the metadata without a token that came with another call; the same object when there is none.</summary>
    internal static CallMetadata? WithoutReceivedToken(CallMetadata? source)
    {
        if (source is not { _holdsReceivedToken: true })
        {
            return source;
        }

        var copy = Copy(source);
        copy.Remove(Authorization);
        copy._holdsReceivedToken = false;
        return copy;
    }

    /// <summary>Removes a pair, if it is present.</summary>
    internal void Remove(string key) => _pairs.Remove(key);

    /// <summary>
    /// Adds a received header; a repeated name keeps its first value. Blanks around the value are removed, because HTTP/1.1
    /// does not carry them and gRPC allows to strip them: the handler reads what arrives when it passes the pair on. A pair that is no valid header field is dropped, whatever
    /// protocol accepted it: sent on with another call, it would corrupt that call and others on the same connection.
    /// </summary>
    /// <returns><see langword="false"/> if the pair was dropped.</returns>
    internal bool AddReceived(string key, string value)
    {
        if (!HeaderRules.Travels(key, value))
        {
            return false;
        }

        _pairs.TryAdd(key, HeaderRules.WithoutBlanks(value));
        _holdsReceivedToken |= IsAuthorization(key);
        return true;
    }

    private static bool IsAuthorization(string key) => key.Equals(Authorization, StringComparison.OrdinalIgnoreCase);
}
