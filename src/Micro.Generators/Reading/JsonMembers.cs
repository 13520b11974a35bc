using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>The members of a type that the JSON codec writes, and their names.</summary>
internal static class JsonMembers
{
    private const int ConditionAlways = 1;

    /// <summary>Returns the members: base types first, fields before properties, as declared.</summary>
    public static IEnumerable<(ISymbol Member, ITypeSymbol Type)> Of(ITypeSymbol type)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var byType = new Stack<List<(ISymbol, ITypeSymbol)>>();
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            var members = new List<(ISymbol, ITypeSymbol)>();
            foreach (var field in current.GetMembers().OfType<IFieldSymbol>())
            {
                if (field is { IsStatic: false, DeclaredAccessibility: Accessibility.Public })
                {
                    members.Add((field, field.Type));
                }
            }

            foreach (var property in current.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is { IsStatic: false, IsIndexer: false, DeclaredAccessibility: Accessibility.Public, GetMethod.DeclaredAccessibility: Accessibility.Public }
                    && seen.Add(property.Name))
                {
                    members.Add((property, property.Type));
                }
            }

            byType.Push(members);
        }

        return byType.SelectMany(static members => members).Where(static member => !IsIgnored(member.Item1));
    }

    public static string NameOf(ISymbol member) => Inherited(member, KnownNames.JsonNameAttribute)?.First() as string ?? CamelCase(member.Name);

    private static bool IsIgnored(ISymbol member) =>
        Inherited(member, KnownNames.JsonIgnoreAttribute) is { } attribute && (attribute.Named("Condition") is not int condition || condition == ConditionAlways);

    /// <summary>An overriding property has the attributes of the one it overrides.</summary>
    private static AttributeData? Inherited(ISymbol member, string attribute)
    {
        for (var current = member; current is not null; current = (current as IPropertySymbol)?.OverriddenProperty)
        {
            if (current.Find(attribute) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Lowers leading capitals, except the last of several when a word begins with it: <c>URLPath</c> is <c>urlPath</c>.</summary>
    private static string CamelCase(string name)
    {
        var capitals = 0;
        while (capitals < name.Length && char.IsUpper(name[capitals]))
        {
            capitals++;
        }

        var lowered = capitals > 1 && capitals < name.Length ? capitals - 1 : capitals;
        return name.Substring(0, lowered).ToLowerInvariant() + name.Substring(lowered);
    }
}
