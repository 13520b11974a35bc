namespace Micro.Registry;

/// <summary>The registry refused the request (access control, authentication). Repeating it soon does not help.</summary>
/// <param name="registry">Name of the registry.</param>
/// <param name="detail">The request that was refused.</param>
/// <param name="innerException">The cause.</param>
public sealed class RegistryDeniedException(string registry, string detail, Exception? innerException = null)
    : RegistryException(503, registry, detail, ErrorKind.Denied, innerException)
{
    /// <summary>
    /// Gets the address from which another process registered the same node id; <see langword="null"/> when the registry
    /// refused for another reason.
    /// </summary>
    public string? ConflictingAddress { get; init; }
}
