namespace Micro;

/// <summary>Names the endpoint of a method of a contract, see <see cref="MicroContractAttribute"/>.</summary>
/// <param name="name">
/// Second part of the endpoint's name, for the method's own without its ending <c>Async</c>: letters, digits, <c>_</c> and
/// <c>-</c>.
/// </param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MicroEndpointAttribute(string name) : Attribute
{
    /// <summary>Second part of the endpoint's name.</summary>
    public string Name { get; } = name;
}
