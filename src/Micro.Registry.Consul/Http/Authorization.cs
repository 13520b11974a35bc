namespace Micro.Registry.Consul.Http;

/// <summary>A question about rights, and its answer.</summary>
internal sealed class Authorization
{
    public required string Resource { get; init; }

    public required string Access { get; init; }

    public required string Segment { get; init; }

    public bool Allow { get; init; }
}
