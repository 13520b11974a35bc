namespace Micro.Registry;

/// <summary>
/// A hand-built component that takes the registry of the service it is handed to, when it was given none itself.
/// So the order in which things are set never matters.
/// </summary>
internal interface IAdoptsRegistry
{
    /// <summary>Sets the registry unless one is set; called before the first use.</summary>
    void Adopt(IRegistry registry);
}
