using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace Micro.Generators;

/// <summary>Lists a message in the JSON context of a contract.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ListJsonTypeFix))]
[Shared]
public sealed class ListJsonTypeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Problems.MissingJsonType.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var solution = context.Document.Project.Solution;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(Problems.Hint, out var type)
                || await FindContextAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is not { } declaration
                || solution.GetDocument(declaration.SyntaxTree) is not { } file)
            {
                continue; // a context of another assembly is not ours to change
            }

            var title = $"Add [JsonSerializable] to {declaration.Identifier.Text}";
            context.RegisterCodeFix(
                CodeAction.Create(title, cancellation => ListAsync(file, declaration, type!, cancellation), equivalenceKey: $"{title} {type}"), diagnostic);
        }
    }

    private static async Task<ClassDeclarationSyntax?> FindContextAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        var named = root?.FindNode(diagnostic.Location.SourceSpan).DescendantNodesAndSelf().OfType<AttributeArgumentSyntax>()
            .FirstOrDefault(static argument => argument.NameEquals is { Name.Identifier.Text: "JsonContext" })?.Expression as TypeOfExpressionSyntax;
        var parts = named is null ? [] : model?.GetSymbolInfo(named.Type, cancellation).Symbol?.DeclaringSyntaxReferences ?? [];

        // The JSON generator's own parts have no document.
        return parts.Select(part => part.GetSyntax(cancellation)).OfType<ClassDeclarationSyntax>()
            .FirstOrDefault(part => document.Project.GetDocument(part.SyntaxTree) is not null);
    }

    private static async Task<Document> ListAsync(Document file, ClassDeclarationSyntax declaration, string type, CancellationToken cancellation)
    {
        var root = (await file.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        var attribute = SyntaxFactory.Attribute(SyntaxFactory.ParseName("global::System.Text.Json.Serialization.JsonSerializable"))
            .WithArgumentList(SyntaxFactory.ParseAttributeArgumentList($"(typeof({type}))"))
            .WithAdditionalAnnotations(Simplifier.Annotation);
        var list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(attribute)).WithTrailingTrivia(SyntaxFactory.ElasticCarriageReturnLineFeed);
        var bare = declaration.WithoutLeadingTrivia();
        var changed = bare.WithAttributeLists(bare.AttributeLists.Insert(0, list))
            .WithLeadingTrivia(declaration.GetLeadingTrivia())
            .WithAdditionalAnnotations(Formatter.Annotation, Simplifier.Annotation);
        return file.WithSyntaxRoot(root.ReplaceNode(declaration, changed));
    }
}
