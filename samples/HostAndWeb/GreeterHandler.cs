using Micro.Server;

namespace HostAndWeb;

/// <summary>Created for each call, with dependencies from the container.</summary>
internal sealed class GreeterHandler(Visits visits)
{
    [Idempotent]
    public HelloResponse Hello(HelloRequest request) => new($"Hello {request.Name}, you are number {visits.Next()}");
}
