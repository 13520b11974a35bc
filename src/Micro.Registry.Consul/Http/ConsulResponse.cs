using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Registry.Consul.Http;

/// <summary>A complete response: status, the headers that matter, body.</summary>
internal sealed record ConsulResponse(Uri Agent, HttpStatusCode Status, byte[] Body)
{
    private const int LongestText = 256;

    public ulong Index { get; init; }

    public TimeSpan LastContact { get; init; }

    /// <summary>Gets whether Consul omitted entries that the token may not read; <see langword="null"/> when the answer does not contain it.</summary>
    public bool? IsFilteredByRights { get; init; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public bool IsDenied => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>Consul's own words, shortened and on one line.</summary>
    public string Text
    {
        get
        {
            var text = Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, LongestText)));
            return string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        }
    }

    /// <exception cref="RegistryDeniedException">The status says so.</exception>
    /// <exception cref="RegistryUnavailableException">Any other failure.</exception>
    public ConsulResponse Require(string what)
    {
        if (IsSuccess)
        {
            return this;
        }

        throw IsDenied
            ? new RegistryDeniedException("consul", $"Consul at {Agent.Authority} refused to {what}: {Text} (HTTP {(int)Status}); check the ACL token")
            : new RegistryUnavailableException("consul", $"Consul at {Agent.Authority} could not {what}: {Text} (HTTP {(int)Status})");
    }

    /// <summary>Reads the body.</summary>
    /// <exception cref="RegistryUnavailableException">The body is not the JSON that it should be.</exception>
    public T? Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type);
        }
        catch (JsonException exception)
        {
            throw new RegistryUnavailableException("consul", $"Consul at {Agent.Authority} sent an answer that cannot be read", exception);
        }
    }
}
