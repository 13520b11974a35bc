using System.Collections.Concurrent;
using Micro.Client;

namespace Greeter;

/// <summary>Counts the calls, attempts, failures and latencies of a load. Its size does not grow with the calls.</summary>
internal sealed class LoadFigures : IAttemptInterceptor
{
    private readonly ConcurrentDictionary<string, long> _failures = new(StringComparer.Ordinal);
    private readonly LatencyHistogram _latencies = new();
    private LatencyHistogram _recent = new();
    private long _calls;
    private long _attempts;

    public void Count(TimeSpan latency, string? failure)
    {
        Interlocked.Increment(ref _calls);
        _latencies.Record(latency);
        Volatile.Read(ref _recent).Record(latency);
        if (failure is not null)
        {
            _failures.AddOrUpdate(failure, 1, static (_, count) => count + 1);
        }
    }

    public ValueTask InvokeAsync(AttemptContext context, Func<AttemptContext, ValueTask> next)
    {
        Interlocked.Increment(ref _attempts);
        return next(context);
    }

    /// <summary>Returns all calls so far, with the latencies since the last request.</summary>
    public LoadSummary SummarizeRecent()
    {
        var recent = Interlocked.Exchange(ref _recent, new LatencyHistogram());
        return Summarize() with { P50 = recent.Percentile(0.5), P99 = recent.Percentile(0.99) };
    }

    public LoadSummary Summarize() => new(
        Interlocked.Read(ref _calls),
        new SortedDictionary<string, long>(_failures, StringComparer.Ordinal),
        Interlocked.Read(ref _attempts),
        _latencies.Percentile(0.5),
        _latencies.Percentile(0.99));
}
