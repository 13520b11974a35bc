using Micro;
using Micro.Client;

namespace Greeter;

/// <summary>Remembers which node answered last; for a client that makes one call at a time.</summary>
internal sealed class AnsweringNode : IAttemptInterceptor
{
    public Node? Last { get; private set; }

    public async ValueTask InvokeAsync(AttemptContext context, Func<AttemptContext, ValueTask> next)
    {
        await next(context);
        Last = context.Node;
    }
}
