using Micro;
using Micro.Client;
using Micro.Server;

namespace TelemetrySample;

internal sealed record HelloRequest(string Name);

internal sealed record HelloResponse(string Msg);

/// <summary>Answers without calling another service.</summary>
internal sealed class Greeter
{
    public HelloResponse Hello(HelloRequest request) => request.Name.Length > 0
        ? new($"Hello {request.Name}")
        : throw MicroException.BadRequest("greeter.hello", "a name is required");
}

/// <summary>Calls the greeter. The trace is propagated automatically; <c>Parent</c> passes on the deadline.</summary>
internal sealed class Gateway([FromKeyedServices("gateway")] IMicroClient client)
{
    public Task<HelloResponse> Hello(HelloRequest request, HandlerContext context) =>
        client.CallAsync<HelloRequest, HelloResponse>("greeter", "Greeter.Hello", request, new CallOptions { Parent = context }, context.CancellationToken);
}
