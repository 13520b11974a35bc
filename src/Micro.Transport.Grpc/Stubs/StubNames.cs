namespace Micro.Transport.Grpc.Stubs;

/// <summary>The endpoint names of rpcs.</summary>
internal static class StubNames
{
    /// <summary>Returns the endpoint of an rpc, <c>Service.Method</c>, as go-micro's generator names it.</summary>
    /// <param name="service">Name of the service, with or without its package.</param>
    /// <param name="method">Name of the rpc.</param>
    public static string EndpointOf(string service, string method) =>
        $"{GoName.Of(service[(service.LastIndexOf('.') + 1)..])}.{GoName.Of(method)}";
}
