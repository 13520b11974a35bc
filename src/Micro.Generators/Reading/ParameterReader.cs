using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Reads the parameters of a method of a contract.</summary>
internal static class ParameterReader
{
    public static Parameters? Read(IMethodSymbol method, Location place, Report report)
    {
        IParameterSymbol? request = null;
        IParameterSymbol? token = null;
        var isWrong = false;
        foreach (var parameter in method.Parameters)
        {
            var at = parameter.Place() is { IsInSource: true } own ? own : place;
            if (parameter.RefKind != RefKind.None)
            {
                isWrong = true;
                report.Add(Problems.ByReference, at, parameter.Name, method.Name, TextOf(parameter.RefKind));
            }
            else if (parameter.Type.Is(KnownNames.CancellationToken) && token is null)
            {
                token = parameter;
            }
            else if (WhyNot(parameter, hasRequest: request is not null) is var (what, fix))
            {
                isWrong = true;
                report.Add(Problems.WrongParameter, at, parameter.Name, method.Name, what, fix);
            }
            else
            {
                request = parameter;
            }
        }

        if (request is null && !isWrong)
        {
            report.Add(Problems.NoRequest, place, method.Name);
        }

        if (request is null || isWrong)
        {
            return null;
        }

        var item = ItemOf(request.Type);
        return new Parameters(request, item ?? request.Type, item is not null, token);
    }

    /// <summary>Returns whether values of the type can be sent, by the rules of the reflection binding.</summary>
    public static bool IsMessage(ITypeSymbol type) =>
        type is { TypeKind: not (TypeKind.Delegate or TypeKind.Pointer or TypeKind.FunctionPointer or TypeKind.TypeParameter), IsRefLikeType: false, SpecialType: not SpecialType.System_Void }
        && !type.Is(KnownNames.Task)
        && !type.Is(KnownNames.Task, 1)
        && !type.Is(KnownNames.ValueTask)
        && !type.Is(KnownNames.ValueTask, 1)
        && !type.Is(KnownNames.Sequence, 1)
        && !type.Is(KnownNames.HandlerContext)
        && !type.Is(KnownNames.CancellationToken)
        && !type.Is("Micro.Client.CallOptions")
        && !type.Is("Micro.Server.IServerStream", 2)
        && !type.Is("Micro.Client.IClientStream", 2);

    private static (string What, string Fix)? WhyNot(IParameterSymbol parameter, bool hasRequest)
    {
        var type = parameter.Type;
        if (type.Is(KnownNames.HandlerContext))
        {
            return ("the context of a call, which only servers have", "remove it and pass it to the handler's constructor, with a handler per call: Handle...(context => new Handler(context))");
        }

        if (type.Is("Micro.Client.CallOptions"))
        {
            return ("the options of a call, which only callers have", "remove it; the generated client has an overload with them");
        }

        if (type.Is(KnownNames.CancellationToken))
        {
            return ("a second CancellationToken", "remove it");
        }

        if (!IsMessage(ItemOf(type) ?? type))
        {
            return ($"a {type.ToName()}, which is not a message", "use a custom type, or an IAsyncEnumerable of it for a stream of requests");
        }

        return hasRequest ? ("a second message", "an endpoint has one request; put both in one type") : null;
    }

    private static ITypeSymbol? ItemOf(ITypeSymbol type) => type is INamedTypeSymbol named && named.Is(KnownNames.Sequence, 1) ? named.TypeArguments[0] : null;

    private static string TextOf(RefKind kind) => kind switch
    {
        RefKind.Ref => "ref",
        RefKind.Out => "out",
        RefKind.In => "in",
        _ => "ref readonly",
    };
}
