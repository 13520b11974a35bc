namespace Micro.Registry;

/// <summary>The result of a successful registration.</summary>
/// <param name="service">The record that was registered.</param>
/// <param name="lost">Fires when the registry learns that the record is gone although nobody withdrew it.</param>
public sealed class Registration(ServiceRecord service, CancellationToken lost)
{
    /// <summary>The record that was registered.</summary>
    public ServiceRecord Service { get; } = service;

    /// <summary>
    /// Fires when the registry learns that the record is gone although nobody withdrew it (lease lost, check unknown,
    /// key deleted). The owner then registers again; the registry itself never does.
    /// </summary>
    public CancellationToken Lost { get; } = lost;

    /// <summary>
    /// Why a registry made of several (<see cref="Registries.Combine"/>) holds the record in some of them only;
    /// <see langword="null"/> when it is everywhere. The owner then registers again soon.
    /// </summary>
    public Exception? Incomplete { get; init; }

    /// <summary>
    /// Gets the address from which another process registered the same node id; <see langword="null"/> without such a
    /// conflict. The record is stored, in its place or under another id, and the owner reports the conflict.
    /// </summary>
    public string? ConflictingAddress { get; init; }
}
