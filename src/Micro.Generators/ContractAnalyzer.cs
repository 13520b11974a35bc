using System.Collections.Immutable;
using Micro.Generators.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Micro.Generators;

/// <summary>Reports the problems of interfaces with <c>[MicroContract]</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ContractAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        Problems.GenericContract, Problems.Unreachable, Problems.NoMethod, Problems.GenericMethod, Problems.ByReference, Problems.NoRequest,
        Problems.WrongParameter, Problems.WrongReturn, Problems.SameEndpoint, Problems.WrongName, Problems.NothingToCall, Problems.NameTaken,
        Problems.WrongJsonContext, Problems.MissingJsonType, Problems.NoToken, Problems.HiddenContent,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(
            static symbol =>
            {
                var type = (INamedTypeSymbol)symbol.Symbol;
                if (type.TypeKind == TypeKind.Interface && type.Has(KnownNames.ContractAttribute))
                {
                    ContractReader.Read(type, symbol.Compilation, symbol.ReportDiagnostic, symbol.CancellationToken);
                }
            },
            SymbolKind.NamedType);
    }
}
