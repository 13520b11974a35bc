using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Queries symbols by name, so that a type that two references define counts as one.</summary>
internal static class SymbolExtensions
{
    private static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>Returns the full name for generated code.</summary>
    public static string ToFullName(this ITypeSymbol type) => type.ToDisplayString(FullName);

    /// <summary>Returns the name for messages.</summary>
    public static string ToName(this ISymbol symbol) => symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);

    /// <summary>Returns whether it is the type with that full name and number of type arguments.</summary>
    public static bool Is(this ITypeSymbol type, string name, int arity = 0) =>
        type is INamedTypeSymbol named
        && named.Arity == arity
        && named.ContainingType is null
        && name.Length > named.Name.Length
        && name.EndsWith(named.Name, StringComparison.Ordinal)
        && string.Equals($"{named.ContainingNamespace.ToDisplayString()}.{named.Name}", name, StringComparison.Ordinal);

    public static AttributeData? Find(this ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(data => data.AttributeClass is { } type && type.Is(attribute));

    public static bool Has(this ISymbol symbol, string attribute) => symbol.Find(attribute) is not null;

    public static object? Named(this AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => string.Equals(argument.Key, name, StringComparison.Ordinal)).Value.Value;

    public static object? First(this AttributeData attribute) => attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value : null;

    public static bool IsProtobuf(this ITypeSymbol type) => type.AllInterfaces.Any(static face => face.Is(KnownNames.ProtobufMessage));

    public static Location Place(this ISymbol symbol) => symbol.Locations.FirstOrDefault() ?? Location.None;

    public static Location Place(this AttributeData attribute, ISymbol owner, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellation).GetLocation() ?? owner.Place();
}
