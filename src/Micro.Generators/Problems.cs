using Microsoft.CodeAnalysis;

namespace Micro.Generators;

/// <summary>The diagnostics of contracts: the problem, its location and the remedy.</summary>
internal static class Problems
{
    /// <summary>Property of a diagnostic that holds the text for a fix.</summary>
    public const string Hint = "hint";

    public static readonly DiagnosticDescriptor GenericContract = Error(
        "MICRO001", "A contract cannot be generic", "Interface '{0}' has type parameters: declare an interface for each type");

    public static readonly DiagnosticDescriptor Unreachable = Error(
        "MICRO002", "Generated code cannot reach the contract", "Interface '{0}' is in '{1}', which {2}: {3}");

    public static readonly DiagnosticDescriptor NoMethod = Error(
        "MICRO003", "A contract has methods only", "'{0}' of contract '{1}' is {2}, but only methods can be called: make it a method, or give it a body");

    public static readonly DiagnosticDescriptor GenericMethod = Error(
        "MICRO004", "An endpoint cannot be generic", "Method '{0}' has type parameters: use one type for the request and one for the response");

    public static readonly DiagnosticDescriptor ByReference = Error(
        "MICRO005", "A request is passed by value", "Parameter '{0}' of '{1}' is '{2}', which does not work over the network: remove '{2}' and return the result");

    public static readonly DiagnosticDescriptor NoRequest = Error(
        "MICRO006", "An endpoint takes a request", "Method '{0}' has no request: add a parameter, for example an empty message, so that fields can be added later");

    public static readonly DiagnosticDescriptor WrongParameter = Error(
        "MICRO007", "A parameter cannot be sent", "Parameter '{0}' of '{1}' is {2}: {3}");

    public static readonly DiagnosticDescriptor WrongReturn = Error(
        "MICRO008", "An endpoint is asynchronous", "Method '{0}' returns '{1}': return {2}");

    public static readonly DiagnosticDescriptor SameEndpoint = Error(
        "MICRO009", "Two methods have the same endpoint", "Method '{0}' has the same endpoint '{1}' as '{2}': set another name with [MicroEndpoint(\"...\")]");

    public static readonly DiagnosticDescriptor WrongName = Error(
        "MICRO010", "A name is invalid", "'{0}' of '{1}' is not a valid name of {2}: use {3}");

    public static readonly DiagnosticDescriptor NothingToCall = Error(
        "MICRO011", "A contract has endpoints", "Contract '{0}' has no method to call: add a method like Task<TResponse> NameAsync(TRequest request, CancellationToken cancellationToken = default)");

    public static readonly DiagnosticDescriptor NameTaken = Error(
        "MICRO012", "The name of a generated type is in use", "Contract '{0}' generates '{1}', which already exists as {2}: rename one of them");

    public static readonly DiagnosticDescriptor WrongJsonContext = Error(
        "MICRO013", "The JSON context cannot be used", "'{0}', the JsonContext of contract '{1}', {2}");

    public static readonly DiagnosticDescriptor MissingJsonType = Warning(
        "MICRO014", "The JSON context does not list a message", "'{0}', the JsonContext of contract '{1}', does not list '{2}', so '{2}' needs reflection: add [JsonSerializable(typeof({2}))] to it");

    public static readonly DiagnosticDescriptor NoToken = Warning(
        "MICRO015", "An endpoint takes a cancellation token", "Method '{0}' has no CancellationToken, so callers cannot cancel it and handlers are not notified: add 'CancellationToken cancellationToken = default' at the end");

    public static readonly DiagnosticDescriptor HiddenContent = Warning(
        "MICRO016", "A message has public members", "Message '{0}' of '{1}' would be sent empty, because it has no public property or field: make its members public or mark them with [JsonInclude]");

    private static DiagnosticDescriptor Error(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Make(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Make(string id, string title, string message, DiagnosticSeverity severity) =>
        new(id, title, message, "Micro.Contracts", severity, isEnabledByDefault: true);
}
