using Micro;
using Micro.Server;

namespace TemplateNamespace;

/// <summary>The handlers of the service that greeter.proto declares.</summary>
internal sealed class GreeterService : Greeter.HandlerBase
{
    public override Task<HelloResponse> Hello(HelloRequest request, HandlerContext context) => request.Name.Length == 0
        ? throw MicroException.BadRequest("greeter.hello", "name must not be empty")
        : Task.FromResult(new HelloResponse { Msg = $"Hello {request.Name}" });
}
