namespace Micro.Bench.Fleet;

/// <summary>How large the fleet is.</summary>
/// <param name="Services">Number of services.</param>
/// <param name="Nodes">Nodes of each service.</param>
/// <param name="Watched">How many services a selector holds when its memory is measured.</param>
/// <param name="Changes">How often one change's way to a watcher is measured.</param>
/// <param name="Parallel">Most operations at the same time while the fleet is registered and withdrawn.</param>
internal sealed record FleetSettings(int Services, int Nodes, int Watched, int Changes, int Parallel)
{
    public int All => Services * Nodes;
}
