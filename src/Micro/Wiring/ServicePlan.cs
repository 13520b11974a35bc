namespace Micro.Wiring;

/// <summary>
/// What came out of options, command line and environment: the components, or what is wrong, and what is to be printed
/// in place of running.
/// </summary>
internal sealed record ServicePlan
{
    public required string Name { get; init; }

    public required ServiceLogging Logging { get; init; }

    public ServiceComponents? Components { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Every setting as it counts.</summary>
    public IReadOnlyList<EffectiveSetting> Settings { get; init; } = [];

    public Exception? Cause { get; init; }

    /// <summary>Text of <c>--help</c>, <c>--version</c> or <c>--settings</c>, when asked for.</summary>
    public string? Print { get; init; }
}
