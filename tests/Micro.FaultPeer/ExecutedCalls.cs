using System.Collections.Concurrent;
using System.Globalization;
using Micro.Server;

namespace Micro.FaultPeer;

/// <summary>Counts the calls whose handlers were started, those started more than once, and those that nobody waited for any more.</summary>
internal sealed class ExecutedCalls(Behavior behavior) : IHandlerInterceptor
{
    /// <summary>A deadline counts from the arrival of the call: what it spends on its way on a busy machine is not known to the server.</summary>
    private static readonly TimeSpan OnTheWay = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, int> _executions = new(StringComparer.Ordinal);
    private int _expired;

    /// <summary>Writes the id of each execution on a line.</summary>
    public void Write(string file) => File.WriteAllLines(file, _executions.SelectMany(static pair => Enumerable.Repeat(pair.Key, pair.Value)));

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_executions.Values.Sum()} {_executions.Values.Count(static count => count > 1)} {Volatile.Read(ref _expired)}");

    public async ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next)
    {
        if (context.Metadata.TryGetValue(CallKeys.Id, out var id))
        {
            _executions.AddOrUpdate(id, 1, static (_, count) => count + 1);
        }

        if (context.Metadata.TryGetValue(CallKeys.Ends, out var ends)
            && TimeProvider.System.GetElapsedTime(long.Parse(ends, CultureInfo.InvariantCulture)) > OnTheWay)
        {
            Interlocked.Increment(ref _expired);
        }

        await behavior.ActAsync(context.CancellationToken);
        await next(context);
    }
}
