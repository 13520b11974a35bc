using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Type = System.Type;

namespace Micro.Server.Handlers.Binding;

/// <summary>Decides whether a method can be an endpoint, and of which kind.</summary>
[RequiresUnreferencedCode("Looks at methods by reflection.")]
internal static class MethodShapeReader
{
    /// <returns>The shape, or <see langword="null"/> and the reason why the method is not suitable.</returns>
    public static MethodShape? Read(MethodInfo method, out string reason)
    {
        reason = "";
        var messages = new List<Type>();
        var (contexts, tokens) = (0, 0);
        foreach (var parameter in method.GetParameters())
        {
            var type = parameter.ParameterType;
            if (type == typeof(HandlerContext))
            {
                contexts++;
            }
            else if (type == typeof(CancellationToken))
            {
                tokens++;
            }
            else
            {
                messages.Add(type);
            }
        }

        var shape = contexts > 1 || tokens > 1 ? null : Read(method, messages);
        if (shape is null)
        {
            reason = messages.Count switch
            {
                0 => "it has no message parameter",
                > 2 => "it has more parameters than a request and a reply",
                _ => $"its parameters and its result {method.ReturnType.Name} are not a supported combination",
            };
        }

        return shape;
    }

    private static MethodShape? Read(MethodInfo method, List<Type> messages)
    {
        // An async void method cannot be awaited.
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
        {
            return null;
        }

        return messages switch
        {
            [var request] when Arguments(request, typeof(IServerStream<,>)) is [var received, var sent] => RawStream(method, received, sent),
            [var request] when Arguments(request, typeof(IAsyncEnumerable<>)) is [var item] => FromStream(method, item),
            [var request] when IsMessage(request) => FromMessage(method, request),
            [var request, var reply] when IsMessage(request) && IsReply(reply) && IsWithoutResult(method.ReturnType) =>
                new MethodShape(method, MethodKind.Unary, request, reply, HasReply: true),
            _ => null,
        };
    }

    private static MethodShape? RawStream(MethodInfo method, Type received, Type sent) =>
        method.ReturnType == typeof(Task) || method.ReturnType == typeof(ValueTask)
            ? new MethodShape(method, MethodKind.RawStream, received, sent)
            : null;

    private static MethodShape? FromStream(MethodInfo method, Type item)
    {
        if (Arguments(method.ReturnType, typeof(IAsyncEnumerable<>)) is [var sent])
        {
            return new MethodShape(method, MethodKind.BidirectionalStream, item, sent);
        }

        return AsyncResult(method.ReturnType) is { } response ? new MethodShape(method, MethodKind.ClientStream, item, response) : null;
    }

    private static MethodShape? FromMessage(MethodInfo method, Type request)
    {
        if (Arguments(method.ReturnType, typeof(IAsyncEnumerable<>)) is [var sent])
        {
            return new MethodShape(method, MethodKind.ServerStream, request, sent);
        }

        var response = AsyncResult(method.ReturnType)
            ?? (method.ReturnType == typeof(void) ? typeof(Empty) : IsMessage(method.ReturnType) ? method.ReturnType : null);
        return response is null ? null : new MethodShape(method, MethodKind.Unary, request, response);
    }

    /// <summary>Returns the message type of a task; <see cref="Empty"/> for a task without result.</summary>
    private static Type? AsyncResult(Type type)
    {
        if (type == typeof(Task) || type == typeof(ValueTask))
        {
            return typeof(Empty);
        }

        return (Arguments(type, typeof(Task<>)) ?? Arguments(type, typeof(ValueTask<>))) is [var result] && IsMessage(result) ? result : null;
    }

    private static bool IsWithoutResult(Type type) => type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask);

    /// <summary>Returns whether the type can be a reply, which is created empty and filled by the method.</summary>
    private static bool IsReply(Type type) => IsMessage(type) && type is { IsClass: true, IsAbstract: false } && type.GetConstructor(Type.EmptyTypes) is not null;

    private static bool IsMessage(Type type) =>
        !type.IsByRef
        && !type.IsPointer
        && !type.IsByRefLike
        && type != typeof(void)
        && !typeof(Delegate).IsAssignableFrom(type)
        && !typeof(Task).IsAssignableFrom(type)
        && type != typeof(ValueTask)
        && Arguments(type, typeof(ValueTask<>)) is null
        && Arguments(type, typeof(IAsyncEnumerable<>)) is null
        && Arguments(type, typeof(IServerStream<,>)) is null;

    private static Type[]? Arguments(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition ? type.GenericTypeArguments : null;
}
