namespace Micro.Contracts.Model;

/// <summary>A service.</summary>
/// <param name="Index">Its place in the file.</param>
/// <param name="Name">Name of handler and class.</param>
/// <param name="RegistryName">Name of the go-micro service that usually offers it.</param>
/// <param name="IsDeprecated">Whether callers are warned.</param>
/// <param name="Comment">The comment above it, line by line.</param>
/// <param name="Methods">Its methods in order.</param>
internal sealed record Service(
    int Index,
    string Name,
    string RegistryName,
    bool IsDeprecated,
    IReadOnlyList<string> Comment,
    IReadOnlyList<Method> Methods);
