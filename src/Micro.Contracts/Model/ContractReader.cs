using Google.Protobuf.Reflection;
using Micro.Contracts.Naming;

namespace Micro.Contracts.Model;

/// <summary>Reads the services of the last file of a descriptor set.</summary>
internal sealed class ContractReader
{
    /// <summary>Longest name of an endpoint that servers take.</summary>
    private const int MaxEndpointLength = 256;

    private readonly FileDescriptorProto _file;
    private readonly string _namespace;
    private readonly TypeNames _types;
    private readonly SourceInfo _source;
    private readonly string _path;
    private readonly ICollection<Problem> _problems;

    private ContractReader(FileDescriptorSet set, string path, ICollection<Problem> problems)
    {
        _file = set.File[^1];
        _namespace = CSharpName.NamespaceOf(_file);
        _types = new TypeNames(set);
        _source = new SourceInfo(_file);
        _path = path;
        _problems = problems;
    }

    /// <param name="set">The file last, what it imports before.</param>
    /// <param name="path">The file, for problems.</param>
    /// <param name="problems">Takes what is wrong; the result is of no use then.</param>
    public static ContractFile Read(FileDescriptorSet set, string path, ICollection<Problem> problems)
    {
        var reader = new ContractReader(set, path, problems);
        return new ContractFile(
            reader._file.Name,
            reader._namespace,
            CSharpName.Global(reader._namespace, CSharpName.ReflectionOf(reader._file)),
            [.. reader._file.Service.Select(reader.ReadService)]);
    }

    private Service ReadService(ServiceDescriptorProto service, int index)
    {
        var name = GoName.Of(service.Name);
        if (_types.Take(CSharpName.Global(_namespace, name), $"service {service.Name}") is { } owner)
        {
            Report(
                SourceInfo.PathOf(index),
                "MICRO1001",
                $"service {service.Name} becomes class {name}, which is {owner} already: rename one of them or give the file another csharp_namespace");
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return new Service(
            index,
            name,
            _file.Package.Length > 0 ? _file.Package : service.Name.ToLowerInvariant(),
            service.Options is { Deprecated: true } || _file.Options is { Deprecated: true },
            _source.CommentOf(SourceInfo.PathOf(index)),
            [.. service.Method.Select((method, place) => ReadMethod(name, index, method, place, names))]);
    }

    private Method ReadMethod(string service, int serviceIndex, MethodDescriptorProto method, int index, Dictionary<string, string> names)
    {
        var path = SourceInfo.PathOf(serviceIndex, index);
        var name = GoName.Of(method.Name);
        var endpoint = $"{service}.{name}";
        if (!names.TryAdd(name, method.Name))
        {
            Report(path, "MICRO1002", $"rpc {method.Name} becomes endpoint {endpoint}, which rpc {names[name]} is already: rename one of them");
        }

        if (endpoint.Length > MaxEndpointLength)
        {
            Report(path, "MICRO1003", $"endpoint {endpoint} has {endpoint.Length} characters, at most {MaxEndpointLength} are allowed: shorten the names");
        }

        return new Method(
            index,
            name,
            endpoint,
            (method.ClientStreaming, method.ServerStreaming) switch
            {
                (false, false) => MethodKind.Unary,
                (false, true) => MethodKind.ServerStream,
                (true, false) => MethodKind.ClientStream,
                (true, true) => MethodKind.BidirectionalStream,
            },
            _types.Of(method.InputType),
            _types.Of(method.OutputType),
            method.Options is { Deprecated: true },
            method.Options?.IdempotencyLevel is MethodOptions.Types.IdempotencyLevel.Idempotent or MethodOptions.Types.IdempotencyLevel.NoSideEffects,
            _source.CommentOf(path));
    }

    private void Report(string path, string code, string message)
    {
        var (line, column) = _source.PositionOf(path);
        _problems.Add(new Problem(_path, line, column, code, message));
    }
}
