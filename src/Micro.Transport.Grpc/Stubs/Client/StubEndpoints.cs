using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Micro.Transport.Grpc.Stubs.Client;

/// <summary>The endpoint of each method of generated clients, computed once for each method object.</summary>
internal static class StubEndpoints
{
    private static readonly ConditionalWeakTable<IMethod, string> Names = [];

    public static string Of(IMethod method) =>
        Names.GetValue(method, static method => StubNames.EndpointOf(method.ServiceName, method.Name));
}
