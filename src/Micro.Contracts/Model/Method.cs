namespace Micro.Contracts.Model;

/// <summary>An rpc.</summary>
/// <param name="Index">Its place in the service.</param>
/// <param name="Name">Second part of its endpoint.</param>
/// <param name="Endpoint">Name of its endpoint.</param>
/// <param name="Kind">Which sides stream.</param>
/// <param name="Request">Full C# name of the request.</param>
/// <param name="Response">Full C# name of the response.</param>
/// <param name="IsDeprecated">Whether callers are warned.</param>
/// <param name="IsIdempotent">Whether it may be executed twice.</param>
/// <param name="Comment">The comment above it, line by line.</param>
internal sealed record Method(
    int Index,
    string Name,
    string Endpoint,
    MethodKind Kind,
    string Request,
    string Response,
    bool IsDeprecated,
    bool IsIdempotent,
    IReadOnlyList<string> Comment);
