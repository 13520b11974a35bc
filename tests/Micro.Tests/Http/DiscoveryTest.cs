using Micro.Http;
using Micro.Selection;

namespace Micro.Tests.Http;

/// <summary>A handler over given nodes, with a real connecting handler below it.</summary>
public abstract class DiscoveryTest : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _owned = [];

    protected HttpDiscoveryOptions Options { get; } = new();

    protected FixedSelector Selector { get; private set; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var component in Enumerable.Reverse(_owned))
        {
            await component.DisposeAsync();
        }
    }

    protected T Own<T>(T component)
        where T : IAsyncDisposable
    {
        _owned.Add(component);
        return component;
    }

    /// <summary>Nodes are tried in this order.</summary>
    protected HttpClient ClientOver(params Node[] nodes)
    {
        Selector = new FixedSelector { Nodes = nodes };
        return ClientOver(Selector);
    }

    protected HttpClient ClientOver(ISelector selector, HttpMessageHandler? inner = null) =>
        new(new MicroDiscoveryHandler(selector, Options) { InnerHandler = inner ?? new SocketsHttpHandler { UseProxy = false } });

    protected IEnumerable<string> Reports => Selector.Outcomes.Select(report =>
        report.NodeId + ": " + (report.Outcome.Succeeded ? "answered" : report.Outcome.Failure.ToString()));
}
