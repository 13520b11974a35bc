namespace Micro.Generators.Model;

/// <summary>The kind of an endpoint, named as the members of <c>IContractBinder</c>.</summary>
internal enum EndpointKind
{
    Unary,
    ServerStream,
    ClientStream,
    BidirectionalStream,
}
