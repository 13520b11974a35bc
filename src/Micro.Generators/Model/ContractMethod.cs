namespace Micro.Generators.Model;

/// <summary>An endpoint of a contract.</summary>
/// <param name="Name">Name of the method.</param>
/// <param name="Endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
/// <param name="Kind">What it does with messages.</param>
/// <param name="ReturnKind">In what it hands its answer over.</param>
/// <param name="Request">Full name of the request's type.</param>
/// <param name="Response">Full name of the response's type; <see langword="null"/> if the method returns none.</param>
/// <param name="RequestName">Name of the parameter with the request.</param>
/// <param name="TokenName">Name of the parameter with the token; <see langword="null"/> if there is none.</param>
/// <param name="IsTokenFirst">Whether the token comes before the request.</param>
/// <param name="IsIdempotent">Whether it may be executed twice.</param>
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
