using Micro.Registry;

namespace Micro.Selection.Services;

/// <summary>The outcome of a read of the registry, shared by all callers that waited for it.</summary>
/// <param name="Result">The result.</param>
/// <param name="Error">The cause of a failure.</param>
/// <param name="Advice">Advice for the caller when nothing was found.</param>
internal sealed record LookupOutcome(LookupResult Result, Exception? Error = null, string Advice = "")
{
    /// <summary>Creates an exception for one caller; callers add their attempts to it.</summary>
    public Exception ToException(string registry, string service) => (Result, Error) switch
    {
        (LookupResult.Failed, RegistryDeniedException denied) => new RegistryDeniedException(registry, denied.Detail, denied),
        (LookupResult.Failed, RegistryException failed) => new RegistryUnavailableException(registry, failed.Detail, failed),
        (LookupResult.Failed, _) => new RegistryUnavailableException(registry, $"service {service}: the registry failed: {Error?.Message}", Error),
        _ => new ServiceNotFoundException(registry, service, Advice),
    };
}
