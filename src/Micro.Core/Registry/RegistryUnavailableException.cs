namespace Micro.Registry;

/// <summary>The registry could not be reached or did not answer in time: nothing is known about the question asked.</summary>
/// <param name="registry">Name of the registry.</param>
/// <param name="detail">The description of the failure and of its remedy.</param>
/// <param name="innerException">The cause.</param>
public sealed class RegistryUnavailableException(string registry, string detail, Exception? innerException = null)
    : RegistryException(503, registry, detail, ErrorKind.Registry, innerException)
{
    /// <summary>
    /// Gets the time until the registry is tried again: asking sooner fails without an attempt. <see langword="null"/> when
    /// the next request is an attempt.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }
}
