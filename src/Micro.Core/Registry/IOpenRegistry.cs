namespace Micro.Registry;

/// <summary>
/// A registry that can say whether its records are authenticated. Clients of an open one prefer nodes that have answered to nodes
/// that are merely announced.
/// </summary>
internal interface IOpenRegistry
{
    /// <summary>Gets a value indicating whether anybody on the network can add, change and remove records.</summary>
    bool IsOpen { get; }
}
