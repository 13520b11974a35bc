namespace Micro.Bench.Rpc;

/// <summary>The settings of <c>rpc</c>.</summary>
internal sealed record RpcSettings
{
    public required TimeSpan Seconds { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required int Rounds { get; init; }

    public required IReadOnlyList<string> Only { get; init; }

    public required IReadOnlyList<int> Callers { get; init; }

    /// <summary>Gets whether to measure half the saturated rate as well.</summary>
    public required bool OpenLoop { get; init; }

    public string? JsonFile { get; init; }

    public string? SvgFile { get; init; }
}
