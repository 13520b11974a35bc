using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Micro.Basics;

/// <summary>
/// Immutable, sorted string map for the metadata of records: small (two arrays), ordered like Go's JSON maps,
/// and safe to share between threads.
/// </summary>
internal sealed class Labels : IReadOnlyDictionary<string, string>
{
    public static readonly Labels Empty = new([], []);

    private readonly string[] _keys;
    private readonly string[] _values;

    private Labels(string[] keys, string[] values)
    {
        _keys = keys;
        _values = values;
    }

    public int Count => _keys.Length;

    public IEnumerable<string> Keys => _keys;

    public IEnumerable<string> Values => _values;

    public string this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no metadata '{key}'");

    public static Labels Copy(IReadOnlyDictionary<string, string>? source)
    {
        switch (source)
        {
            case Labels labels:
                return labels;
            case null or { Count: 0 }:
                return Empty;
        }

        var keys = source.Keys.ToArray();
        Array.Sort(keys, StringComparer.Ordinal);
        return new Labels(keys, Array.ConvertAll(keys, key => source[key]));
    }

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var index = Array.BinarySearch(_keys, key, StringComparer.Ordinal);
        value = index >= 0 ? _values[index] : null;
        return index >= 0;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var index = 0; index < _keys.Length; index++)
        {
            yield return new KeyValuePair<string, string>(_keys[index], _values[index]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
