using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Reads which JSON context a contract names, and whether it lists the messages.</summary>
internal static class JsonContextReader
{
    /// <returns>Full name of the context; <see langword="null"/> if the contract names none that can be used.</returns>
    public static string? Read(INamedTypeSymbol type, AttributeData attribute, IEnumerable<IMethodSymbol> methods, Report report, CancellationToken cancellation)
    {
        if (attribute.Named("JsonContext") is not INamedTypeSymbol context || context.TypeKind == TypeKind.Error)
        {
            return null; // the compiler reports an unknown type
        }

        var place = attribute.Place(type, cancellation);
        var wrong = context switch
        {
            _ when !IsContext(context) => "is not a JsonSerializerContext: derive a partial class from it, with [JsonSerializable] for each message",
            { IsAbstract: true } => "is abstract: use a class that can be created",
            { IsGenericType: true } => "has type parameters: use a class without type parameters",
            _ => null,
        };
        if (wrong is not null)
        {
            report.Add(Problems.WrongJsonContext, place, context.ToName(), type.Name, wrong);
            return null;
        }

        var listed = new HashSet<ITypeSymbol>(
            context.GetAttributes()
                .Where(static data => data.AttributeClass is { } name && name.Is(KnownNames.JsonSerializableAttribute))
                .Select(static data => data.First())
                .OfType<ITypeSymbol>(),
            SymbolEqualityComparer.Default);
        foreach (var message in methods.SelectMany(Messages))
        {
            // Raw bytes and protobuf messages are not written by System.Text.Json.
            if (!IsBytes(message) && !message.IsProtobuf() && listed.Add(message))
            {
                report.Add(
                    Problems.MissingJsonType,
                    place,
                    message.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
                    [context.ToName(), type.Name, message.WithNullableAnnotation(NullableAnnotation.None).ToName()]);
            }
        }

        return context.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
    }

    private static bool IsContext(INamedTypeSymbol type)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (current.Is(KnownNames.JsonContext))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<ITypeSymbol> Messages(IMethodSymbol method)
    {
        foreach (var parameter in method.Parameters)
        {
            if (!parameter.Type.Is(KnownNames.CancellationToken))
            {
                yield return parameter.Type is INamedTypeSymbol named && named.Is(KnownNames.Sequence, 1) ? named.TypeArguments[0] : parameter.Type;
            }
        }

        if (method.ReturnType is INamedTypeSymbol { TypeArguments.Length: 1 } answer)
        {
            yield return answer.TypeArguments[0];
        }
    }

    private static bool IsBytes(ITypeSymbol type) =>
        type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte }
        || (type is INamedTypeSymbol named && named.Is("System.ReadOnlyMemory", 1) && named.TypeArguments[0].SpecialType == SpecialType.System_Byte);
}
