using System.Linq.Expressions;

namespace Micro.Server.Handlers.Binding;

/// <summary>The source of the object on which a handler's methods are called.</summary>
/// <param name="type">Type of the object.</param>
/// <param name="getInstance">The expression that gets the object from the call's context.</param>
internal sealed class HandlerSource(Type type, Func<ParameterExpression, Expression> getInstance)
{
    public Type Type { get; } = type;

    /// <summary>One object for all calls.</summary>
    public static HandlerSource Shared(object handler) => new(handler.GetType(), _ => Expression.Constant(handler));

    /// <summary>An object for each call.</summary>
    public static HandlerSource PerCall<THandler>(Func<HandlerContext, THandler> create)
        where THandler : class =>
        new(typeof(THandler), context => Expression.Invoke(Expression.Constant(create), context));

    public Expression GetInstance(ParameterExpression context) => getInstance(context);
}
