using Micro.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Micro.Generators.Reading;

/// <summary>Reads a method of a contract: its kind of endpoint, or its problems.</summary>
internal static class MethodReader
{
    private const string SuitableReturns = "Task<TResponse>, ValueTask<TResponse>, Task, ValueTask or IAsyncEnumerable<TResponse>";

    public static ContractMethod? Read(IMethodSymbol method, string contract, Location place, Report report, CancellationToken cancellation)
    {
        if (method.IsGenericMethod)
        {
            report.Add(Problems.GenericMethod, place, method.Name);
            return null;
        }

        var parameters = ParameterReader.Read(method, place, report);
        var answer = ReadReturn(method, place, report);
        if (parameters is null || answer is null)
        {
            return null;
        }

        if (parameters.Token is null)
        {
            report.Add(Problems.NoToken, place, method.Name);
        }

        foreach (var message in new[] { parameters.Message, answer.Value.Message })
        {
            if (message is not null && HiddenContent.IsHidden(message))
            {
                report.Add(Problems.HiddenContent, place, message.ToName(), method.Name);
            }
        }

        var kind = (parameters.IsStream, answer.Value.Kind == ReturnKind.Stream) switch
        {
            (false, false) => EndpointKind.Unary,
            (false, true) => EndpointKind.ServerStream,
            (true, false) => EndpointKind.ClientStream,
            _ => EndpointKind.BidirectionalStream,
        };
        var name = method.Find(KnownNames.EndpointAttribute)?.First() as string ?? Names.WithoutSuffix(method.Name);
        cancellation.ThrowIfCancellationRequested();
        return new ContractMethod(
            method.Name,
            $"{contract}.{name}",
            kind,
            answer.Value.Kind,
            parameters.Message.ToFullName(),
            answer.Value.Message?.ToFullName(),
            parameters.Request.Name,
            parameters.Token?.Name,
            parameters.Token is { } token && token.Ordinal < parameters.Request.Ordinal,
            method.Has(KnownNames.IdempotentAttribute),
            ObsoleteOf(method));
    }

    /// <summary>Returns the attribute as written at the contract, for the generated client.</summary>
    public static string? ObsoleteOf(ISymbol symbol)
    {
        if (symbol.Find(KnownNames.ObsoleteAttribute) is not { } attribute)
        {
            return null;
        }

        return attribute.First() is string reason
            ? $"[global::System.Obsolete({SymbolDisplay.FormatLiteral(reason, quote: true)})]"
            : "[global::System.Obsolete]";
    }

    private static (ReturnKind Kind, ITypeSymbol? Message)? ReadReturn(IMethodSymbol method, Location place, Report report)
    {
        var type = method.ReturnType;
        if (method.RefKind == RefKind.None)
        {
            (ReturnKind, ITypeSymbol?)? read = type switch
            {
                _ when type.Is(KnownNames.Task) => (ReturnKind.Task, null),
                _ when type.Is(KnownNames.ValueTask) => (ReturnKind.ValueTask, null),
                INamedTypeSymbol named when named.Is(KnownNames.Task, 1) && ParameterReader.IsMessage(named.TypeArguments[0]) => (ReturnKind.Task, named.TypeArguments[0]),
                INamedTypeSymbol named when named.Is(KnownNames.ValueTask, 1) && ParameterReader.IsMessage(named.TypeArguments[0]) => (ReturnKind.ValueTask, named.TypeArguments[0]),
                INamedTypeSymbol named when named.Is(KnownNames.Sequence, 1) && ParameterReader.IsMessage(named.TypeArguments[0]) => (ReturnKind.Stream, named.TypeArguments[0]),
                _ => null,
            };
            if (read is not null)
            {
                return read;
            }
        }

        string? suggestion = method.ReturnsVoid ? "Task" : method.RefKind == RefKind.None && ParameterReader.IsMessage(type) ? $"Task<{type.ToName()}>" : null;
        report.Add(Problems.WrongReturn, place, suggestion, [method.Name, type.ToName(), suggestion ?? SuitableReturns]);
        return null;
    }
}
