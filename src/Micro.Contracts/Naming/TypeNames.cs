using Google.Protobuf.Reflection;

namespace Micro.Contracts.Naming;

/// <summary>C# names of all messages of a descriptor set by their full names, and who holds a name at the top of a namespace.</summary>
internal sealed class TypeNames
{
    private readonly Dictionary<string, string> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    public TypeNames(FileDescriptorSet set)
    {
        foreach (var file in set.File)
        {
            var @namespace = CSharpName.NamespaceOf(file);
            var package = file.Package.Length == 0 ? "" : $".{file.Package}";
            _owners.TryAdd(CSharpName.Global(@namespace, CSharpName.ReflectionOf(file)), $"the class with the descriptor of {file.Name}");
            foreach (var message in file.MessageType)
            {
                var name = CSharpName.Global(@namespace, message.Name);
                _owners.TryAdd(name, $"message {message.Name} of {file.Name}");
                Add(message, $"{package}.{message.Name}", name);
            }

            foreach (var declared in file.EnumType)
            {
                _owners.TryAdd(CSharpName.Global(@namespace, declared.Name), $"enum {declared.Name} of {file.Name}");
            }
        }
    }

    /// <summary>The C# name of a message.</summary>
    /// <param name="message">Full name with a leading dot, as in descriptors.</param>
    public string Of(string message) => _messages[message];

    /// <summary>Takes a name for a service; tells who has it already, or <see langword="null"/>.</summary>
    public string? Take(string name, string owner) => _owners.TryAdd(name, owner) ? null : _owners[name];

    private void Add(DescriptorProto message, string fullName, string name)
    {
        _messages[fullName] = name;
        foreach (var nested in message.NestedType)
        {
            Add(nested, $"{fullName}.{nested.Name}", $"{name}.Types.{nested.Name}");
        }
    }
}
