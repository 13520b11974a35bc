namespace Micro.Selection;

/// <summary>
/// A way to choose among nodes, for example random or round robin. Write your own by implementing it and handing it
/// to the selector's options or to <see cref="SelectOptions.Strategy"/>.
/// </summary>
public interface ISelectorStrategy
{
    /// <summary>Name by which flags choose it, for example <c>roundrobin</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Creates the picker of one service and filter set. It lives as long as the selector knows the service, across
    /// changes of the node list, so it may keep state such as a counter.
    /// </summary>
    /// <param name="service">Name of the service.</param>
    /// <returns>A picker that is safe for concurrent use.</returns>
    INodePicker CreatePicker(string service);
}
