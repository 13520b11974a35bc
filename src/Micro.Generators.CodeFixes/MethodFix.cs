using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Micro.Generators;

/// <summary>The base of the fixes of methods.</summary>
internal static class MethodFix
{
    /// <param name="context">Where the problems are.</param>
    /// <param name="title">What the fix does, of the problem's hint.</param>
    /// <param name="change">Changes the method, by the problem's hint.</param>
    /// <param name="needsHint">Whether there is no fix without a hint.</param>
    /// <param name="import">Namespace that the change needs.</param>
    public static async Task RegisterAsync(
        CodeFixContext context,
        Func<string?, string> title,
        Func<MethodDeclarationSyntax, string?, MethodDeclarationSyntax> change,
        bool needsHint,
        string import)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            diagnostic.Properties.TryGetValue(Problems.Hint, out var hint);
            if ((needsHint && hint is null) || root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method)
            {
                continue;
            }

            var text = title(hint);
            context.RegisterCodeFix(
                CodeAction.Create(
                    text,
                    cancellation =>
                    {
                        var changed = change(method, hint).WithAdditionalAnnotations(Formatter.Annotation);
                        return WithImportAsync(context.Document, root.ReplaceNode(method, changed), import, cancellation);
                    },
                    equivalenceKey: text),
                diagnostic);
        }
    }

    /// <summary>Imports the namespace, unless the file or the project does.</summary>
    private static async Task<Document> WithImportAsync(Document document, SyntaxNode root, string import, CancellationToken cancellation)
    {
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        var place = (root as CompilationUnitSyntax)?.Members.FirstOrDefault()?.SpanStart ?? 0;
        var isKnown = model?.GetImportScopes(Math.Min(place, model.SyntaxTree.Length), cancellation)
            .Any(scope => scope.Imports.Any(known => string.Equals(known.NamespaceOrType.ToDisplayString(), import, StringComparison.Ordinal))) ?? false;
        if (!isKnown && root is CompilationUnitSyntax unit && !unit.Usings.Any(known => string.Equals(known.Name?.ToString(), import, StringComparison.Ordinal)))
        {
            root = unit.AddUsings(SyntaxFactory.UsingDirective(SyntaxFactory.ParseName(import)).WithAdditionalAnnotations(Formatter.Annotation));
        }

        return document.WithSyntaxRoot(root);
    }
}
