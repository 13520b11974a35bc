namespace Micro.Registry;

/// <summary>One change that a watch delivers. Immutable.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Service">
/// The record with the affected nodes only; <see langword="null"/> exactly for <see cref="RegistryEventKind.Synchronized"/>.
/// </param>
public sealed record RegistryEvent(RegistryEventKind Kind, ServiceRecord? Service)
{
    /// <summary>The event that ends the initial state of a watch.</summary>
    public static RegistryEvent Synchronized { get; } = new(RegistryEventKind.Synchronized, null);

    /// <summary>Nodes that are new.</summary>
    /// <param name="service">The record with the new nodes.</param>
    public static RegistryEvent Create(ServiceRecord service) => new(RegistryEventKind.Create, service);

    /// <summary>Nodes that changed.</summary>
    /// <param name="service">The record with the changed nodes.</param>
    public static RegistryEvent Update(ServiceRecord service) => new(RegistryEventKind.Update, service);

    /// <summary>Nodes that went away.</summary>
    /// <param name="service">The record with the nodes that went away; none for all of them.</param>
    public static RegistryEvent Delete(ServiceRecord service) => new(RegistryEventKind.Delete, service);
}
