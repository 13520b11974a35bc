using System.Diagnostics.CodeAnalysis;

namespace Micro.Codecs;

/// <summary>The message without content of a type: what an empty body stands for.</summary>
internal static class EmptyMessage<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>
{
    private static readonly bool CanCreate =
        !typeof(T).IsAbstract && !typeof(T).IsValueType && typeof(T).GetConstructor(Type.EmptyTypes) is not null;

    /// <summary>A new message; the default value (null) of a type without a public constructor without parameters.</summary>
    public static T Create() => CanCreate ? Activator.CreateInstance<T>() : default!;
}
