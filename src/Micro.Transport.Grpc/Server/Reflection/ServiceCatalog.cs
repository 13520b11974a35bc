using Google.Protobuf.Reflection;
using Micro.Server.Handlers;

namespace Micro.Transport.Grpc.Server.Reflection;

/// <summary>
/// The services of a server by their full names, with the files that describe them. Built at start: a contract brings its own
/// descriptor, whatever files its messages are in. Endpoints without one are described from their message types: a generated
/// message knows its file, which declares the service too when they were written together.
/// </summary>
internal sealed class ServiceCatalog
{
    private readonly SymbolIndex _symbols = new();
    private readonly SortedSet<string> _services = new(StringComparer.Ordinal);

    /// <param name="package">Name of the micro service: the package of services that no file declares.</param>
    /// <param name="invokers">Endpoints of the server; internal ones are omitted.</param>
    /// <param name="own">Services of gRPC itself.</param>
    public ServiceCatalog(string package, IEnumerable<EndpointInvoker> invokers, params IEnumerable<ServiceDescriptor> own)
    {
        var advertised = invokers.Where(static invoker => !invoker.IsInternal).ToList();
        foreach (var service in own.Concat(advertised.Select(static invoker => invoker.Method?.Service).OfType<ServiceDescriptor>().Distinct()))
        {
            Add(service);
        }

        var undeclared = advertised.Where(static invoker => invoker.Method is null);
        foreach (var handler in undeclared.GroupBy(static invoker => EndpointName.HandlerOf(invoker.Name), StringComparer.Ordinal))
        {
            Add(package, handler.Key, [.. handler]);
        }
    }

    /// <summary>Gets the full names, in order.</summary>
    public IReadOnlyCollection<string> Services => _services;

    public SymbolIndex Symbols => _symbols;

    private void Add(ServiceDescriptor service)
    {
        _symbols.Add(service.File);
        _services.Add(service.FullName);
    }

    private void Add(string package, string handler, IReadOnlyList<EndpointInvoker> endpoints)
    {
        var described = endpoints.Where(endpoint => endpoint is { RequestDescriptor: not null, ResponseDescriptor: not null }).ToList();
        var files = described.SelectMany(endpoint => new[] { endpoint.RequestDescriptor!.File, endpoint.ResponseDescriptor!.File }).Distinct().ToList();
        var declared = files
            .SelectMany(file => file.Services)
            .FirstOrDefault(service => string.Equals(service.Name, handler, StringComparison.Ordinal) && described.Exists(endpoint => Declares(service, endpoint)));
        if (declared is not null)
        {
            Add(declared);
            described.RemoveAll(endpoint => Declares(declared, endpoint));
            if (described.Count == 0)
            {
                return;
            }
        }

        foreach (var file in files)
        {
            _symbols.Add(file);
        }

        // Any package works, because paths do not depend on it; only one name must not mean two services.
        var taken = _symbols.FindSymbol(SyntheticService.FullName(package, handler)) is not null;
        AddSynthetic(taken ? SyntheticService.FallbackPackage : package, handler, described);
    }

    /// <summary>Returns the file of a message type. Other types have no file: their services are only listed, and called with JSON.</summary>
    private void AddSynthetic(string package, string handler, IReadOnlyList<EndpointInvoker> described)
    {
        _services.Add(SyntheticService.FullName(package, handler));
        if (SyntheticService.Describe(package, handler, described) is { } file)
        {
            _symbols.Add(file);
        }
    }

    private static bool Declares(ServiceDescriptor service, EndpointInvoker endpoint) =>
        service.FindMethodByName(endpoint.Name[(service.Name.Length + 1)..]) is { } method
        && method.InputType == endpoint.RequestDescriptor
        && method.OutputType == endpoint.ResponseDescriptor;
}
