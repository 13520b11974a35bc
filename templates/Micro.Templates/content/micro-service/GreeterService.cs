using Grpc.Core;

namespace TemplateNamespace;

/// <summary>The handlers of the service that greeter.proto declares.</summary>
internal sealed class GreeterService : Greeter.GreeterBase
{
    public override Task<HelloResponse> Hello(HelloRequest request, ServerCallContext context) => request.Name.Length == 0
        ? throw new RpcException(new Status(StatusCode.InvalidArgument, "name must not be empty"))
        : Task.FromResult(new HelloResponse { Msg = $"Hello {request.Name}" });
}
