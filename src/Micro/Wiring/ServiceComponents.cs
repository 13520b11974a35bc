using Micro.Client;
using Micro.Registry;
using Micro.Selection;
using Micro.Server;

namespace Micro.Wiring;

/// <summary>The components of one service, and which of them it made itself and so disposes.</summary>
internal sealed record ServiceComponents(IRegistry Registry, ISelector Selector, IMicroServer Server, IMicroClient Client)
{
    /// <summary>In the order of disposal.</summary>
    public required IReadOnlyList<IAsyncDisposable> Owned { get; init; }
}
