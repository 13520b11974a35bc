using Micro.Server;

namespace HostAndWeb;

/// <summary>Made for each call, with what the container gives it.</summary>
internal sealed class GreeterHandler(Visits visits)
{
    [Idempotent]
    public HelloResponse Hello(HelloRequest request) => new($"Hello {request.Name}, you are number {visits.Next()}");
}
