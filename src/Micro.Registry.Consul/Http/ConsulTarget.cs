using System.Text;

namespace Micro.Registry.Consul.Http;

/// <summary>Builds a request target: path segments escaped, query sorted by name as Go sorts it.</summary>
internal sealed class ConsulTarget(string path)
{
    private readonly SortedDictionary<string, string> _query = new(StringComparer.Ordinal);

    /// <summary>Escapes a path segment; a colon stays, as in Go.</summary>
    public static string Segment(string value) => Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal);

    /// <summary>Adds a parameter unless it has no value.</summary>
    public ConsulTarget With(string name, string? value)
    {
        if (value is not null)
        {
            _query[name] = value;
        }

        return this;
    }

    public ConsulTarget Without(string name)
    {
        _query.Remove(name);
        return this;
    }

    public override string ToString()
    {
        var target = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in _query)
        {
            target.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return target.ToString();
    }
}
