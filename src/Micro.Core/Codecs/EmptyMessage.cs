using System.Diagnostics.CodeAnalysis;

namespace Micro.Codecs;

/// <summary>Creates empty messages, the meaning of an empty body.</summary>
internal static class EmptyMessage<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>
{
    private static readonly bool CanCreate =
        !typeof(T).IsAbstract && !typeof(T).IsValueType && typeof(T).GetConstructor(Type.EmptyTypes) is not null;

    /// <summary>Returns a new message; the default value (null) for a type without a public parameterless constructor.</summary>
    public static T Create() => CanCreate ? Activator.CreateInstance<T>() : default!;
}
