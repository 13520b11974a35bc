using System.Text.Json.Serialization;

namespace Micro.Registry.Consul.Http;

/// <summary>A question about rights, and its answer.</summary>
internal sealed class Authorization
{
    public string Resource { get; init; } = "";

    public string Access { get; init; } = "";

    public string Segment { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Allow { get; init; }
}
