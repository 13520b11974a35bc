namespace Micro;

/// <summary>
/// Marks an interface as a contract: the build generates a typed client <c>GreeterClient</c> of <c>IGreeter</c> and the binding
/// of handlers <c>GreeterContract</c>, neither of which uses reflection. Methods take one request, or an
/// <see cref="IAsyncEnumerable{T}"/> of them, and a <see cref="CancellationToken"/>, and return a task or an
/// <see cref="IAsyncEnumerable{T}"/>; those with a body are no endpoints.
/// </summary>
/// <param name="name">
/// First part of the endpoints' names: letters, digits, <c>_</c> and <c>-</c>. <see langword="null"/> for the interface's name
/// without its leading <c>I</c>.
/// </param>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public sealed class MicroContractAttribute(string? name = null) : Attribute
{
    /// <summary>First part of the endpoints' names, or <see langword="null"/> for the interface's name without its leading <c>I</c>.</summary>
    public string? Name { get; } = name;

    /// <summary>
    /// Name in the registry that clients ask for unless they are given another; <see langword="null"/> for the first part of the
    /// endpoints' names in lower case.
    /// </summary>
    public string? Service { get; set; }

    /// <summary>
    /// The <c>JsonSerializerContext</c> that describes the messages, so that JSON needs no reflection either;
    /// <see langword="null"/> leaves it to the JSON codec of client and server. Protobuf messages need none.
    /// </summary>
    public Type? JsonContext { get; set; }
}
