using System.Collections.Concurrent;
using System.Globalization;
using Micro.Client;

namespace Micro.FaultPeer;

/// <summary>
/// An open-loop load: each call begins at its planned time, whatever became of earlier ones, and its time counts from there.
/// Written are all calls and all attempts, so that the test computes its figures itself.
/// </summary>
internal sealed class Load : IAttemptInterceptor
{
    private readonly IMicroClient _client;
    private readonly LoadOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly Task _loop;
    private long _made;

    private Load(IMicroClient client, LoadOptions options)
    {
        _client = client;
        _options = options;
        _loop = Task.Run(RunAsync);
    }

    public long Made => Volatile.Read(ref _made);

    public static Load Start(IMicroClient client, string[] arguments) => new(client, LoadOptions.Read(arguments));

    public async ValueTask InvokeAsync(AttemptContext context, Func<AttemptContext, ValueTask> next)
    {
        var began = TimeProvider.System.GetTimestamp();
        var failure = "-";
        try
        {
            await next(context);
        }
        catch (MicroException exception)
        {
            failure = exception.Kind.ToString();
            throw;
        }
        catch (OperationCanceledException)
        {
            failure = nameof(ErrorKind.Cancelled);
            throw;
        }
        finally
        {
            Note("attempt", began, context.Node.Address, failure, "");
        }
    }

    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_running.Keys);
    }

    /// <summary>Writes a line for each call and each attempt: what, began, ended (ticks of the monotonic clock), node, kind of failure, detail.</summary>
    public Task WriteAsync(string path) => File.WriteAllLinesAsync(path, _lines);

    private async Task RunAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var due = (long)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * _options.Rate);
            for (; _made < due; Interlocked.Increment(ref _made))
            {
                var planned = started + (long)(_made / _options.Rate * TimeProvider.System.TimestampFrequency);
                var number = _made;
                var call = Task.Run(() => CallAsync(number, planned));
                _running.TryAdd(call, 0);
                _ = call.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task CallAsync(long number, long planned)
    {
        var began = TimeProvider.System.GetTimestamp();
        var ends = began + (long)(_options.Timeout.TotalSeconds * TimeProvider.System.TimestampFrequency);
        var options = new CallOptions
        {
            Addresses = _options.Addresses,
            Idempotent = _options.IsIdempotent,
            RequestTimeout = _options.Timeout,
            AttemptTimeout = _options.AttemptTimeout,
            ContentType = _options.ContentType,
            AttemptInterceptors = [this],
            Metadata = new CallMetadata
            {
                [CallKeys.Id] = $"{_run}-{number}",
                [CallKeys.Ends] = ends.ToString(CultureInfo.InvariantCulture),
            },
        };
        try
        {
            await _client.CallAsync<Ask, Answer>(_options.Service, "Faults.Ask", new Ask { Text = "x" }, options);
            Note("call", planned, "-", "-", "");
        }
        catch (MicroException exception)
        {
            Note("call", planned, exception.Node?.Address ?? "-", exception.Kind.ToString(), exception.Detail);
        }
        catch (Exception exception)
        {
            // A load tells what it saw, whatever it is.
            Note("call", planned, "-", exception.GetType().Name, exception.Message);
        }
    }

    private void Note(string what, long began, string node, string failure, string detail) => _lines.Enqueue(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}\t{began}\t{TimeProvider.System.GetTimestamp()}\t{node}\t{failure}\t{detail.ReplaceLineEndings(" ")}"));
}
