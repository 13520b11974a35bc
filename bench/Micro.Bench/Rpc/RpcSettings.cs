namespace Micro.Bench.Rpc;

/// <summary>What a run of <c>rpc</c> was asked for.</summary>
internal sealed record RpcSettings
{
    public required TimeSpan Seconds { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required int Rounds { get; init; }

    public required IReadOnlyList<string> Only { get; init; }

    public required IReadOnlyList<int> Callers { get; init; }

    /// <summary>Whether half the saturated rate is offered as well.</summary>
    public required bool OpenLoop { get; init; }

    public string? JsonFile { get; init; }

    public string? SvgFile { get; init; }
}
