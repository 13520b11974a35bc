using System.Globalization;
using System.Reflection;
using System.Text;

namespace Micro.Tests.PublicApi;

/// <summary>Writes what of an assembly others can use: types and members, sorted, one per line.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Describe(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Describe(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = new List<string>();
        if (kind.EndsWith("class", StringComparison.Ordinal) && type.BaseType is { } parent && parent != typeof(object))
        {
            bases.Add(NameOf(parent));
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        bases.AddRange(type.GetInterfaces().Except(inherited).Where(static face => face.IsVisible).Select(NameOf).Order(StringComparer.Ordinal));
        return $"{kind} {type.Namespace}.{NameOf(type)}{(bases.Count > 0 && kind is not "enum" ? " : " + string.Join(", ", bases) : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        }

        return type.GetMembers(Declared).Select(Describe).OfType<string>();
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        // Accessors belong to their property, the rest of the special names to the compiler.
        _ when member.Name.Contains('<', StringComparison.Ordinal) => null,
        ConstructorInfo constructor when IsVisible(constructor) => $"{Modifier(constructor)}.ctor({Parameters(constructor)})",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{Modifier(method)}{NameOf(method.ReturnType)} {method.Name}{Generic(method)}({Parameters(method)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsVisible) => Describe(property),
        EventInfo happening when happening.AddMethod is { } add && IsVisible(add) => $"event {NameOf(happening.EventHandlerType!)} {happening.Name}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field =>
            $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{NameOf(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        _ => null,
    };

    private static string Describe(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsVisible(getter) ? "get; " : "";
        var set = property.SetMethod is { } setter && IsVisible(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init; " : "set; "
            : "";
        var required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required " : "";
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Describe))}]" : "";
        return $"{Modifier(property.GetAccessors(nonPublic: true)[0])}{required}{NameOf(property.PropertyType)} {property.Name}{index} {{ {get}{set}}}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Modifier(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : method is { IsAbstract: false, IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Describe));

    private static string Describe(ParameterInfo parameter) =>
        NameOf(parameter.ParameterType) + " " + parameter.Name
        + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "");

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static argument => argument.Name))}>" : "";

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + NameOf(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return NameOf(inner) + "?";
        }

        var name = type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : name;
    }
}
