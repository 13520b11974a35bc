using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Google.Protobuf.WellKnownTypes;
using Type = System.Type;

namespace Micro.Server.Handlers.Binding;

/// <summary>Compiles the call of a handler method once, so that a call later is a plain delegate.</summary>
[RequiresUnreferencedCode("Calls methods found by reflection.")]
[RequiresDynamicCode("Compiles calls at run time.")]
internal static class MethodCompiler
{
    /// <typeparam name="TIn">The input of the method: the message, or the stream.</typeparam>
    /// <typeparam name="TOut">
    /// The result of the delegate: <c>ValueTask&lt;TResponse&gt;</c>, <c>IAsyncEnumerable&lt;TResponse&gt;</c> or <c>Task</c>.
    /// </typeparam>
    public static Func<TIn, HandlerContext, TOut> Compile<TIn, TOut>(HandlerSource handler, MethodShape shape)
    {
        var input = Expression.Parameter(typeof(TIn), "input");
        var context = Expression.Parameter(typeof(HandlerContext), "context");
        var reply = Expression.Variable(shape.Response, "reply");
        var inputSeen = false;
        var arguments = Array.ConvertAll(shape.Method.GetParameters(), parameter =>
        {
            if (parameter.ParameterType == typeof(HandlerContext))
            {
                return context;
            }

            if (parameter.ParameterType == typeof(CancellationToken))
            {
                return (Expression)Expression.Property(context, nameof(HandlerContext.CancellationToken));
            }

            (var isFirst, inputSeen) = (!inputSeen, true);
            return isFirst ? input : reply;
        });

        Expression call = Expression.Call(handler.GetInstance(context), shape.Method, arguments);
        var body = shape.HasReply
            ? Expression.Block([reply], Expression.Assign(reply, Expression.New(shape.Response)), After(call, reply))
            : Convert(call, typeof(TOut), shape.Response);
        return Expression.Lambda<Func<TIn, HandlerContext, TOut>>(body, input, context).Compile();
    }

    private static Expression Convert(Expression call, Type wanted, Type response)
    {
        if (call.Type == wanted)
        {
            return call;
        }

        if (wanted == typeof(Task))
        {
            return Expression.Call(call, nameof(ValueTask.AsTask), null); // a stream method that returns a ValueTask
        }

        return response == typeof(Empty) && (call.Type == typeof(Task) || call.Type == typeof(ValueTask) || call.Type == typeof(void))
            ? After(call, Expression.New(typeof(Empty)))
            : Expression.New(wanted.GetConstructor([call.Type])!, call); // ValueTask<T> of a Task<T> or of a T
    }

    /// <summary>Returns the reply after the call.</summary>
    private static Expression After(Expression call, Expression reply)
    {
        var result = typeof(ValueTask<>).MakeGenericType(reply.Type);
        return call.Type == typeof(void)
            ? Expression.Block(call, Expression.New(result.GetConstructor([reply.Type])!, reply))
            : Expression.Call(typeof(MethodResults), nameof(MethodResults.AfterAsync), [reply.Type], call, reply);
    }
}
