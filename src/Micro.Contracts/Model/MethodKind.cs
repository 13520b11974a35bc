namespace Micro.Contracts.Model;

/// <summary>Which sides of an rpc stream.</summary>
internal enum MethodKind
{
    Unary,
    ServerStream,
    ClientStream,
    BidirectionalStream,
}
