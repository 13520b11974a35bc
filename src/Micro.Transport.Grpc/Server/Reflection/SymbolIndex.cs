using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Micro.Transport.Grpc.Server.Reflection;

/// <summary>Descriptor files by their name, by the symbols in them and by the types they extend. Filled at start, then only read.</summary>
internal sealed class SymbolIndex
{
    private readonly Dictionary<string, DescriptorFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DescriptorFile> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, DescriptorFile>> _extensions = new(StringComparer.Ordinal);

    public DescriptorFile? FindFile(string name) => _files.GetValueOrDefault(name);

    public DescriptorFile? FindSymbol(string name) => _symbols.GetValueOrDefault(name);

    public DescriptorFile? FindExtension(string type, int number) => _extensions.GetValueOrDefault(type)?.GetValueOrDefault(number);

    /// <summary>Returns the numbers of the known extensions of a type; <see langword="null"/> for an unknown type.</summary>
    public IEnumerable<int>? ExtensionNumbers(string type) =>
        _extensions.TryGetValue(type, out var known) ? known.Keys : _symbols.ContainsKey(type) ? [] : null;

    /// <summary>Adds a file and all its imports.</summary>
    public DescriptorFile Add(FileDescriptor descriptor)
    {
        if (_files.TryGetValue(descriptor.Name, out var known))
        {
            return known;
        }

        var file = new DescriptorFile(descriptor.SerializedData, [.. descriptor.Dependencies.Select(Add)]);
        _files.Add(descriptor.Name, file);
        foreach (var message in descriptor.MessageTypes)
        {
            Add(message, file);
        }

        foreach (var values in descriptor.EnumTypes)
        {
            Add(values, file);
        }

        foreach (var service in descriptor.Services)
        {
            Add(service.FullName, file);
            foreach (var method in service.Methods)
            {
                Add(method.FullName, file);
            }
        }

        AddExtensions(descriptor.Extensions, file);
        return file;
    }

    /// <summary>Adds a synthetic file that holds only services; its imports must exist.</summary>
    public void Add(FileDescriptorProto synthetic)
    {
        var prefix = synthetic.Package.Length > 0 ? synthetic.Package + "." : "";
        var file = new DescriptorFile(synthetic.ToByteString(), [.. synthetic.Dependency.Select(name => _files[name])]);
        if (!_files.TryAdd(synthetic.Name, file))
        {
            return;
        }

        foreach (var service in synthetic.Service)
        {
            Add(prefix + service.Name, file);
            foreach (var method in service.Method)
            {
                Add($"{prefix}{service.Name}.{method.Name}", file);
            }
        }
    }

    private void Add(string symbol, DescriptorFile file) => _symbols.TryAdd(symbol, file);

    private void Add(MessageDescriptor message, DescriptorFile file)
    {
        Add(message.FullName, file);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            Add(field.FullName, file);
        }

        foreach (var nested in message.NestedTypes)
        {
            Add(nested, file);
        }

        foreach (var values in message.EnumTypes)
        {
            Add(values, file);
        }

        AddExtensions(message.Extensions, file);
    }

    private void Add(EnumDescriptor values, DescriptorFile file)
    {
        Add(values.FullName, file);
        foreach (var value in values.Values)
        {
            Add(value.FullName, file);
        }
    }

    private void AddExtensions(ExtensionCollection extensions, DescriptorFile file)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            Add(extension.FullName, file);
            var type = extension.ExtendeeType.FullName;
            if (!_extensions.TryGetValue(type, out var known))
            {
                _extensions.Add(type, known = []);
            }

            known.TryAdd(extension.FieldNumber, file);
        }
    }
}
