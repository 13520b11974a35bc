namespace Micro.Generators.Model;

/// <summary>An endpoint of a contract.</summary>
/// <param name="Name">Name of the method.</param>
/// <param name="Endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
/// <param name="Kind">The kind of endpoint.</param>
/// <param name="ReturnKind">The kind of return type.</param>
/// <param name="Request">Full name of the request's type.</param>
/// <param name="Response">Full name of the response's type; <see langword="null"/> if the method returns none.</param>
/// <param name="RequestName">Name of the parameter with the request.</param>
/// <param name="TokenName">Name of the parameter with the token; <see langword="null"/> if there is none.</param>
/// <param name="IsTokenFirst"><see langword="true"/> when the token precedes the request.</param>
/// <param name="IsIdempotent"><see langword="true"/> when it may be executed twice.</param>
/// <param name="Obsolete">The attribute that warns callers, if there is one.</param>
internal sealed record ContractMethod(
    string Name,
    string Endpoint,
    EndpointKind Kind,
    ReturnKind ReturnKind,
    string Request,
    string? Response,
    string RequestName,
    string? TokenName,
    bool IsTokenFirst,
    bool IsIdempotent,
    string? Obsolete)
{
    public bool TakesStream => Kind is EndpointKind.ClientStream or EndpointKind.BidirectionalStream;

    public bool GivesStream => Kind is EndpointKind.ServerStream or EndpointKind.BidirectionalStream;
}
