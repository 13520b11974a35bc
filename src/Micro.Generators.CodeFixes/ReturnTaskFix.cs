using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace Micro.Generators;

/// <summary>Changes the return type of a contract's method to a task of it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ReturnTaskFix))]
[Shared]
public sealed class ReturnTaskFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Problems.WrongReturn.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context) =>
        MethodFix.RegisterAsync(context, static type => $"Return {type}", static (method, type) => method.WithReturnType(
            SyntaxFactory.ParseTypeName(type!).WithTriviaFrom(method.ReturnType)), needsHint: true, "System.Threading.Tasks");
}
