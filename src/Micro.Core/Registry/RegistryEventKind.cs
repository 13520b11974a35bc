namespace Micro.Registry;

/// <summary>The change that a <see cref="RegistryEvent"/> reports.</summary>
public enum RegistryEventKind
{
    /// <summary>The nodes of the record are new.</summary>
    Create,

    /// <summary>The nodes of the record changed; merge them by id, they are not the whole set.</summary>
    Update,

    /// <summary>
    /// The nodes of the record went away. Without nodes the whole version is gone, without version as well the whole service.
    /// </summary>
    Delete,

    /// <summary>
    /// Everything the registry held when the watch began has been delivered; what follows are changes.
    /// Delivered once, after the first <see cref="Create"/> events, also when there were none.
    /// </summary>
    Synchronized,
}
