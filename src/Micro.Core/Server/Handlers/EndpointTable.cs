using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Micro.Registry;

namespace Micro.Server.Handlers;

/// <summary>All endpoints of a server, frozen at start. Looking one up allocates nothing.</summary>
internal sealed class EndpointTable
{
    private readonly FrozenDictionary<string, EndpointInvoker>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly FrozenDictionary<string, EndpointInvoker>.AlternateLookup<ReadOnlySpan<char>> _byRpc;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _handlers;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _contracts;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _packagedContracts;

    public EndpointTable(IEnumerable<EndpointInvoker> invokers)
    {
        var all = invokers.ToArray();
        _byName = all.ToFrozenDictionary(invoker => invoker.Name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _handlers = all.Select(invoker => EndpointName.HandlerOf(invoker.Name)).ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var contracts = all.Where(invoker => invoker.Method is not null).ToArray();
        _byRpc = contracts.DistinctBy(invoker => RpcPath.Of(invoker.Method!), StringComparer.Ordinal)
            .ToFrozenDictionary(invoker => RpcPath.Of(invoker.Method!), StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _contracts = contracts.Select(invoker => invoker.Method!.Service.FullName).ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _packagedContracts = contracts.Select(invoker => invoker.Method!.Service)
            .Where(service => service.File.Package.Length > 0)
            .Select(service => service.Name)
            .ToFrozenSet(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        All = all;
        Advertised =
        [
            .. all.Where(invoker => !invoker.IsInternal)
                .OrderBy(invoker => EndpointName.HandlerOf(invoker.Name), StringComparer.Ordinal)
                .ThenBy(invoker => invoker.Name, StringComparer.Ordinal)
                .Select(invoker => invoker.Description),
        ];
    }

    /// <summary>All endpoints, internal ones too.</summary>
    public IReadOnlyList<EndpointInvoker> All { get; }

    /// <summary>Descriptions for the registry, by handler, then by method; internal endpoints are omitted.</summary>
    public IReadOnlyList<Endpoint> Advertised { get; }

    public bool TryGet(ReadOnlySpan<char> endpoint, [NotNullWhen(true)] out EndpointInvoker? invoker) =>
        _byName.TryGetValue(endpoint, out invoker);

    /// <summary>Finds the endpoint of an rpc that a contract declares, by its path <c>/package.Service/Method</c>.</summary>
    public bool TryGetRpc(ReadOnlySpan<char> path, [NotNullWhen(true)] out EndpointInvoker? invoker) => _byRpc.TryGetValue(path, out invoker);

    /// <summary>
    /// Returns <see langword="true"/> when a caller that names a service which no contract here declares still reaches the
    /// endpoint of its short name: callers of go-micro's form, whose package is the name of the micro service or missing, and
    /// all callers when no contract with a package has that short name.
    /// </summary>
    /// <param name="service">Full name of the service, as the caller's contract declares it.</param>
    /// <param name="serviceName">Name of this micro service.</param>
    public bool AcceptsShortName(ReadOnlySpan<char> service, string serviceName)
    {
        var dot = service.LastIndexOf('.');
        return dot < 0
            || service[..dot].Equals(serviceName, StringComparison.Ordinal)
            || !_packagedContracts.Contains(service[(dot + 1)..]);
    }

    /// <summary>Returns <see langword="true"/> when a contract of this full name has endpoints here.</summary>
    public bool HasContract(ReadOnlySpan<char> service) => _contracts.Contains(service);

    /// <summary>Returns whether an endpoint has this handler name.</summary>
    public bool HasHandler(ReadOnlySpan<char> handler) => _handlers.Contains(handler);

    /// <summary>Finds an endpoint by a header value in the transport's memory (UTF-8).</summary>
    public bool TryGet(ReadOnlySpan<byte> endpoint, [NotNullWhen(true)] out EndpointInvoker? invoker)
    {
        Span<char> name = stackalloc char[EndpointName.MaxLength];
        if (Encoding.UTF8.TryGetChars(endpoint, name, out var length))
        {
            return _byName.TryGetValue(name[..length], out invoker);
        }

        invoker = null;
        return false;
    }

    /// <summary>Returns the endpoint, or throws the error that names the unknown part.</summary>
    /// <param name="endpoint">Name as the caller sent it.</param>
    /// <param name="service">Name of this service: the id of the error.</param>
    /// <exception cref="MicroException">400 for a name that is not two parts, 404 for an unknown handler or method.</exception>
    public EndpointInvoker Get(ReadOnlySpan<char> endpoint, string service) =>
        TryGet(endpoint, out var invoker) ? invoker : throw Missing(endpoint, service);

    /// <summary>Returns the endpoint of a name in the transport's memory (UTF-8).</summary>
    /// <param name="endpoint">Name as the caller sent it.</param>
    /// <param name="service">Name of this service: the id of the error.</param>
    /// <exception cref="MicroException">400 for a name that is not two parts, 404 for an unknown handler or method.</exception>
    public EndpointInvoker Get(ReadOnlySpan<byte> endpoint, string service) =>
        TryGet(endpoint, out var invoker) ? invoker : throw Missing(Encoding.UTF8.GetString(endpoint), service);

    /// <summary>Creates the error for an unknown endpoint.</summary>
    public MicroException Missing(ReadOnlySpan<char> endpoint, string service)
    {
        if (!EndpointName.TrySplit(endpoint, out var handler, out var method))
        {
            return MicroException.BadRequest(service, $"rpc: service/endpoint request ill-formed: {Shorten(endpoint)}");
        }

        return _handlers.Contains(endpoint[handler])
            ? MicroException.NotFound(service, $"rpc: can't find method {Shorten(endpoint[method])}")
            : MicroException.NotFound(service, $"rpc: can't find service {Shorten(endpoint[handler])}");
    }

    private static string Shorten(ReadOnlySpan<char> name) =>
        name.Length <= EndpointName.MaxLength ? name.ToString() : $"{name[..EndpointName.MaxLength]}...";
}
