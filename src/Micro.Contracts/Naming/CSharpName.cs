using System.Text;
using Google.Protobuf.Reflection;

namespace Micro.Contracts.Naming;

/// <summary>Names as protoc's C# generator makes them.</summary>
internal static class CSharpName
{
    /// <summary>The option <c>csharp_namespace</c>, or else the package in Pascal case.</summary>
    public static string NamespaceOf(FileDescriptorProto file) =>
        file.Options is { HasCsharpNamespace: true } options ? options.CsharpNamespace : PascalCase(file.Package, keepDots: true);

    /// <summary>Simple name of the class with the descriptor of a file.</summary>
    public static string ReflectionOf(FileDescriptorProto file)
    {
        var name = file.Name[(file.Name.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        return PascalCase(dot < 0 ? name : name[..dot], keepDots: false) + "Reflection";
    }

    /// <summary>Full name of something at the top of a namespace.</summary>
    public static string Global(string @namespace, string name) =>
        @namespace.Length == 0 ? $"global::{name}" : $"global::{@namespace}.{name}";

    /// <summary>Letters after anything but a letter become capitals; what is neither letter nor digit is left out.</summary>
    private static string PascalCase(string text, bool keepDots)
    {
        var result = new StringBuilder(text.Length);
        var beginsWord = true;
        foreach (var character in text)
        {
            if (char.IsAsciiLetter(character))
            {
                result.Append(beginsWord ? char.ToUpperInvariant(character) : character);
                beginsWord = false;
                continue;
            }

            beginsWord = true;
            if (char.IsAsciiDigit(character) || (character == '.' && keepDots))
            {
                result.Append(character);
            }
        }

        // An identifier cannot begin with a digit: protoc keeps the underscore before it.
        return text.StartsWith('_') && result.Length > 0 && char.IsAsciiDigit(result[0]) ? $"_{result}" : result.ToString();
    }
}
