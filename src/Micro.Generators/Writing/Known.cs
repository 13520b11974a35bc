using Microsoft.CodeAnalysis.CSharp;

namespace Micro.Generators.Writing;

/// <summary>Full names of the types that generated code uses, so that user namespaces cannot hide them.</summary>
internal static class Known
{
    public const string Context = "global::Micro.Server.HandlerContext";
    public const string ContractHandler = "global::Micro.Server.IContractHandler";
    public const string ContractBinder = "global::Micro.Server.IContractBinder";
    public const string Endpoint = "global::Micro.Server.ContractEndpoint";
    public const string HandlerAttributes = "global::Micro.Server.HandlerAttributes";
    public const string HandlerOptions = "global::Micro.Server.HandlerOptions";
    public const string Endpoints = "global::Micro.Server.IEndpointCollection";
    public const string Builder = "global::Micro.Hosting.IMicroBuilder";
    public const string Client = "global::Micro.Client.IMicroClient";
    public const string StreamCalls = "global::Micro.Client.StreamCalls";
    public const string CallOptions = "global::Micro.Client.CallOptions";
    public const string Error = "global::Micro.MicroException";
    public const string Empty = "global::Google.Protobuf.WellKnownTypes.Empty";
    public const string CancellationToken = "global::System.Threading.CancellationToken";
    public const string Cancelled = "global::System.OperationCanceledException";
    public const string Null = "global::System.ArgumentNullException";

    public const string Constructors =
        "global::System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(global::System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)";

    public static string Sequence(string type) => $"global::System.Collections.Generic.IAsyncEnumerable<{type}>";

    public static string Task(string? type) => $"global::System.Threading.Tasks.Task{Argument(type)}";

    public static string ValueTask(string? type) => $"global::System.Threading.Tasks.ValueTask{Argument(type)}";

    public static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>A name as code writes it.</summary>
    public static string Name(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? $"@{name}" : name;

    private static string Argument(string? type) => type is null ? "" : $"<{type}>";
}
