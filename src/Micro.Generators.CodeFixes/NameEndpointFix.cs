using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Micro.Generators;

/// <summary>Names another endpoint for a method whose endpoint is taken.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NameEndpointFix))]
[Shared]
public sealed class NameEndpointFix : CodeFixProvider
{
    private const string Attribute = "MicroEndpoint";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Problems.SameEndpoint.Id];

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null; // two at once could get the same name

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context) =>
        MethodFix.RegisterAsync(context, static name => $"Name the endpoint '{name}'", static (method, name) => WithName(method, name!), needsHint: true, "Micro");

    private static MethodDeclarationSyntax WithName(MethodDeclarationSyntax method, string name)
    {
        var arguments = SyntaxFactory.ParseAttributeArgumentList($"(\"{name}\")");
        var present = method.AttributeLists.SelectMany(static list => list.Attributes)
            .FirstOrDefault(static attribute => attribute.Name.ToString().Split('.').Last() is Attribute or $"{Attribute}Attribute");
        if (present is not null)
        {
            return method.ReplaceNode(present, present.WithArgumentList(arguments));
        }

        var list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(SyntaxFactory.IdentifierName(Attribute), arguments)));
        return method
            .WithoutLeadingTrivia()
            .WithAttributeLists(method.WithoutLeadingTrivia().AttributeLists.Insert(0, list.WithTrailingTrivia(SyntaxFactory.ElasticCarriageReturnLineFeed)))
            .WithLeadingTrivia(method.GetLeadingTrivia());
    }
}
