namespace Micro.Generators.Model;

/// <summary>What a method does with messages; named as the members of <c>IContractBinder</c>.</summary>
internal enum EndpointKind
{
    Unary,
    ServerStream,
    ClientStream,
    BidirectionalStream,
}
