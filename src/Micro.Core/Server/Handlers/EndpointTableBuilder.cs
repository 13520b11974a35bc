using Microsoft.Extensions.DependencyInjection;

namespace Micro.Server.Handlers;

/// <summary>Collects endpoints before the start. Not safe for concurrent use.</summary>
internal sealed class EndpointTableBuilder
{
    private readonly Dictionary<string, EndpointInvoker> _invokers = new(StringComparer.Ordinal);

    /// <summary>Gets whether nothing was added.</summary>
    public bool IsEmpty => _invokers.Count == 0;

    /// <summary>Returns the full name of the contract that holds a handler name; <see langword="null"/> when none does.</summary>
    public string? ContractOf(string handler) =>
        _invokers.Values.FirstOrDefault(invoker => string.Equals(EndpointName.HandlerOf(invoker.Name), handler, StringComparison.Ordinal))
            ?.Method?.Service.FullName;

    /// <summary>Adds one endpoint; several may share a handler name.</summary>
    /// <exception cref="ArgumentException">The name is invalid or in use.</exception>
    public void Add(EndpointInvoker invoker)
    {
        EndpointName.ThrowIfInvalid(invoker.Name, nameof(invoker), mayHavePackage: invoker.Method is not null);
        if (!_invokers.TryAdd(invoker.Name, invoker))
        {
            throw new ArgumentException($"endpoint '{invoker.Name}' already has a handler: set another name for this handler", nameof(invoker));
        }
    }

    /// <summary>Adds the endpoints of a handler object, all or none.</summary>
    /// <exception cref="ArgumentException">The handler's name is in use.</exception>
    public void AddHandler(IReadOnlyList<EndpointInvoker> handler)
    {
        var name = EndpointName.HandlerOf(handler[0].Name);
        if (_invokers.Keys.Any(endpoint => string.Equals(EndpointName.HandlerOf(endpoint), name, StringComparison.Ordinal)))
        {
            throw new ArgumentException($"handler '{name}' already exists: set another name in the options of one of them", nameof(handler));
        }

        foreach (var invoker in handler)
        {
            Add(invoker);
        }
    }

    /// <summary>Freezes the endpoints.</summary>
    /// <param name="defaults">The server's own endpoints; those of the user override them.</param>
    /// <param name="scopes">Creates a scope for each call, if there is a container.</param>
    public EndpointTable Build(IEnumerable<EndpointInvoker> defaults, IServiceScopeFactory? scopes = null) =>
        new([
            .. _invokers.Values.Select(invoker => scopes is null ? invoker : new ScopedInvoker(invoker, scopes)),
            .. defaults.Where(invoker => !_invokers.ContainsKey(invoker.Name)),
        ]);
}
