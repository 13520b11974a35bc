using System.Collections.Concurrent;
using Micro.Server;

namespace Micro.FunctionalTests;

/// <summary>Which calls were executed, and how often: by the id that each call carries. Shared by all servers of a test.</summary>
public sealed class ExecutedCalls : IHandlerInterceptor
{
    public const string IdKey = "Call-Id";
    private readonly ConcurrentDictionary<string, int> _executions = new(StringComparer.Ordinal);

    public ICollection<string> Ids => _executions.Keys;

    public int MostExecutions => _executions.Values.Max();

    public int Total => _executions.Values.Sum();

    public async ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next)
    {
        _executions.AddOrUpdate(context.Metadata[IdKey], 1, static (_, count) => count + 1);
        await next(context);
    }
}
