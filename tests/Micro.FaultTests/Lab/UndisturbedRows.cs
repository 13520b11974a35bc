namespace Micro.FaultTests.Lab;

/// <summary>Rows that measure how long calls wait: they run one after the other when all others have ended, which would starve them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class UndisturbedRows
{
    public const string Name = "undisturbed";
}
