using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Micro.Server;

/// <summary>Reads the attributes of handlers for <see cref="EndpointDefinition.Attributes"/>. Called once for each endpoint.</summary>
public static class HandlerAttributes
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Returns the attributes of a contract interface, its method, the handler's class and the method that implements it.</summary>
    /// <param name="contract">The contract interface.</param>
    /// <param name="handler">The handler's type, as far as it is known before the first call.</param>
    /// <param name="method">Name of the method.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The methods are called through the contract, so the trimmer keeps them.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The methods are called through the contract, so the trimmer keeps them.")]
    public static IReadOnlyList<Attribute> Of(Type contract, Type handler, string method)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentException.ThrowIfNullOrEmpty(method);
        List<Attribute> found = [];
        foreach (var declared in contract.GetInterfaces().Prepend(contract))
        {
            AddType(found, declared);
            Add(found, declared.GetMethods().Where(candidate => string.Equals(candidate.Name, method, StringComparison.Ordinal)));
        }

        if (handler != contract)
        {
            AddType(found, handler);
            Add(found, handler.GetMethods(Instance).Where(candidate => IsNamed(candidate, method)));
        }

        return found;
    }

    /// <summary>Returns the attributes of a handler's class and of its method.</summary>
    /// <param name="handler">The handler's type; <see langword="null"/> when the method belongs to no object.</param>
    /// <param name="methods">The method, or several when it is not certain which of them is called.</param>
    internal static IReadOnlyList<Attribute> Of(Type? handler, params IEnumerable<MethodInfo> methods)
    {
        List<Attribute> found = [];
        if (handler is not null)
        {
            AddType(found, handler);
        }

        Add(found, methods);
        return found;
    }

    /// <summary>Returns the attributes of a delegate: of a lambda or method, and of the class that the method belongs to.</summary>
    internal static IReadOnlyList<Attribute> Of(Delegate handler) => Of(handler.Target?.GetType() ?? handler.Method.DeclaringType, handler.Method);

    private static void AddType(List<Attribute> found, Type type) => found.AddRange(type.GetCustomAttributes(inherit: true).OfType<Attribute>());

    private static void Add(List<Attribute> found, IEnumerable<MethodInfo> methods) =>
        found.AddRange(methods.SelectMany(static method => method.GetCustomAttributes(inherit: true)).OfType<Attribute>());

    /// <summary>Explicit implementations have the name of the interface before their own.</summary>
    private static bool IsNamed(MethodInfo candidate, string method) =>
        string.Equals(candidate.Name, method, StringComparison.Ordinal)
        || (candidate.IsPrivate && candidate.Name.EndsWith('.' + method, StringComparison.Ordinal));
}
