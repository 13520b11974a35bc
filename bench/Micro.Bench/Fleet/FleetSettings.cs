namespace Micro.Bench.Fleet;

/// <summary>The size of the fleet.</summary>
/// <param name="Services">Number of services.</param>
/// <param name="Nodes">Nodes of each service.</param>
/// <param name="Watched">Number of services in the selector when its memory is measured.</param>
/// <param name="Changes">Number of changes whose propagation to a watcher is measured.</param>
/// <param name="Parallel">Maximum number of concurrent operations while the fleet is registered and withdrawn.</param>
internal sealed record FleetSettings(int Services, int Nodes, int Watched, int Changes, int Parallel)
{
    public int All => Services * Nodes;
}
