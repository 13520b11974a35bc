using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>The parameters of a method of a contract.</summary>
/// <param name="Request">The parameter with the request.</param>
/// <param name="Message">Type of the request, or of each request of a stream.</param>
/// <param name="IsStream"><see langword="true"/> when the requests are a stream.</param>
/// <param name="Token">The parameter with the token, if there is one.</param>
internal sealed record Parameters(IParameterSymbol Request, ITypeSymbol Message, bool IsStream, IParameterSymbol? Token);
