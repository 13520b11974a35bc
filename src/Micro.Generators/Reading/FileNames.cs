using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Names of generated files. The compiler refuses some characters and names that differ in case only.</summary>
internal static class FileNames
{
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>Returns the full name of the type without escapes, and a hash of it that differs where only case does.</summary>
    public static string Of(INamedTypeSymbol type)
    {
        var name = type.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat).Replace("@", "");
        var hash = name.Aggregate(Offset, static (hash, letter) => unchecked((hash ^ letter) * Prime)); // FNV-1a, the same in every build
        return $"{name}.{hash.ToString("x8", CultureInfo.InvariantCulture)}.Micro.g.cs";
    }
}
