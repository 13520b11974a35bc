using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Micro.Generators.Reading;
using Micro.Generators.Writing;

namespace Micro.Generators;

/// <summary>
/// Generates client and handler binding of every interface with <c>[MicroContract]</c>; nothing for an invalid contract.
/// <see cref="ContractAnalyzer"/> reports the problems, because editors offer fixes for analyzers only.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    /// <summary>Name of the step that reads the contracts, for tests of incremental generation.</summary>
    public const string ReadStep = "Contracts";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var contracts = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.ContractAttribute,
                static (node, _) => node is InterfaceDeclarationSyntax,
                static (found, cancellation) => ContractReader.Read((INamedTypeSymbol)found.TargetSymbol, found.SemanticModel.Compilation, null, cancellation))
            .WithTrackingName(ReadStep);
        context.RegisterSourceOutput(contracts, static (output, contract) =>
        {
            if (contract is not null)
            {
                output.AddSource(contract.FileName, ContractWriter.Write(contract));
            }
        });
    }
}
