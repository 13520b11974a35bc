using System.Text;

namespace Micro.Registry.Consul.Settings;

/// <summary>The checked settings, in the form that requests need.</summary>
internal sealed class ConsulSettings(ConsulRegistryOptions options, ConsulTls tls)
{
    public ConsulRegistryOptions Options { get; } = options;

    public ConsulTls Tls { get; } = tls;

    public IReadOnlyList<Uri> Agents { get; } = [.. options.Addresses.Select(address => Parse(address, options.Scheme ?? "http"))];

    public string? Authorization { get; } = options.BasicAuthentication is { } user
        ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user))
        : null;

    /// <summary>The agent a number of places after another one, round the list.</summary>
    public Uri AgentAfter(Uri start, int distance)
    {
        var position = 0;
        while (position < Agents.Count - 1 && Agents[position] != start)
        {
            position++;
        }

        return Agents[(position + distance) % Agents.Count];
    }

    private static Uri Parse(string address, string scheme) =>
        ConsulAddress.TryParse(address, scheme, out var agent) ? agent : throw new ArgumentException($"'{address}' is not an address", nameof(address));
}
