using System.Collections.Concurrent;
using Micro.Client;

namespace Micro.FunctionalTests;

/// <summary>
/// An open-loop load in this process: calls with ids of their own at a fixed rate, whatever becomes of them, until it is
/// ended.
/// </summary>
public sealed class TestLoad : IAttemptInterceptor, IAsyncDisposable
{
    private readonly IMicroClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<MicroException> _failures = new();
    private readonly ConcurrentQueue<(long At, string Address, ErrorKind? Failure)> _attempts = new();
    private readonly ConcurrentBag<Task> _calls = [];
    private readonly CallOptions _options;
    private readonly Task _loop;
    private int _made;

    private TestLoad(IMicroClient client, int rate, bool isIdempotent)
    {
        _client = client;
        _options = new CallOptions { Idempotent = isIdempotent, AttemptInterceptors = [this] };
        _loop = Task.Run(() => RunAsync(rate));
    }

    /// <summary>Errors that callers saw.</summary>
    public IReadOnlyCollection<MicroException> Failures => _failures;

    /// <summary>All attempts that ended, with the time at which they began.</summary>
    public IReadOnlyCollection<(long At, string Address, ErrorKind? Failure)> Attempts => _attempts;

    public int Made => Volatile.Read(ref _made);

    public static TestLoad Start(IMicroClient client, int rate, bool isIdempotent) => new(client, rate, isIdempotent);

    public async ValueTask InvokeAsync(AttemptContext context, Func<AttemptContext, ValueTask> next)
    {
        var at = TimeProvider.System.GetTimestamp();
        ErrorKind? failure = null;
        try
        {
            await next(context);
        }
        catch (MicroException exception)
        {
            failure = exception.Kind;
            throw;
        }
        finally
        {
            _attempts.Enqueue((at, context.Node.Address, failure));
        }
    }

    /// <summary>Lets some more calls be made.</summary>
    public Task GoOnAsync(int calls)
    {
        var until = Made + calls;
        return Testing.Eventually.TrueAsync(() => Made >= until, $"{calls} more calls", seconds: 60);
    }

    /// <summary>Ends the load and waits for all calls.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_calls);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(int rate)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var due = (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate);
            while (_made < due)
            {
                var number = Interlocked.Increment(ref _made);
                _calls.Add(Task.Run(() => CallAsync(number)));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task CallAsync(int number)
    {
        try
        {
            var options = _options with { Metadata = new CallMetadata { [ExecutedCalls.IdKey] = $"{number}" } };
            await _client.CallAsync<Greeter.Request, Greeter.Response>("greeter", "Greeter.Hello", new Greeter.Request { Name = "Anna" }, options);
        }
        catch (MicroException exception)
        {
            _failures.Enqueue(exception);
        }
    }
}
