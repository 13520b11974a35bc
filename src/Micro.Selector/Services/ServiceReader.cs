using Micro.Basics;
using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Telemetry;

namespace Micro.Selection.Services;

/// <summary>Reads one service from the registry: one request at a time, shared by concurrent callers, and not too often.</summary>
internal sealed class ServiceReader(string service, SelectorContext context, ServiceState state, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private Task<LookupOutcome>? _flight;
    private long _startedAt;
    private bool _isAdvised;

    /// <summary>Time since the last read began; the largest time when there was none.</summary>
    public TimeSpan SinceLastRead
    {
        get
        {
            lock (_gate)
            {
                return _flight is null ? TimeSpan.MaxValue : context.Time.GetElapsedTime(_startedAt);
            }
        }
    }

    /// <summary>Joins the running read, repeats the last outcome when it is young enough, or starts a read.</summary>
    /// <param name="interval">Least time between the starts of two reads.</param>
    public Task<LookupOutcome> ReadAsync(TimeSpan interval)
    {
        lock (_gate)
        {
            if (_flight is { IsCompleted: false } || (_flight is not null && context.Time.GetElapsedTime(_startedAt) < interval))
            {
                return _flight;
            }

            _startedAt = context.Time.GetTimestamp();
            return _flight = BackgroundTask.Run(AskAsync);
        }
    }

    /// <summary>Reads again after a running read, which may have been answered before this call.</summary>
    public async Task<LookupOutcome> ReadAgainAsync()
    {
        Task<LookupOutcome>? running;
        lock (_gate)
        {
            running = _flight;
        }

        if (running is { IsCompleted: false })
        {
            await running.ConfigureAwait(false);
        }

        return await ReadAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    /// <summary>Waits for the end of a running read.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return _flight ?? Task.CompletedTask;
        }
    }

    private async Task<LookupOutcome> AskAsync()
    {
        var started = context.Time.GetTimestamp();
        var outcome = await ReadRegistryAsync().ConfigureAwait(false);
        context.Metrics.CountLookup(service, outcome.Result);
        RegistryOperation.Measure("get", context.Registry.Name, service, context.Time.GetElapsedTime(started), outcome.Error);
        return outcome.Result == LookupResult.NotFound ? outcome with { Advice = await AdviseAsync().ConfigureAwait(false) } : outcome;
    }

    private Task<string> AdviseAsync()
    {
        var isFirst = !_isAdvised && !state.WasFound;
        _isAdvised = true;
        return context.Advice.OfAsync(service, isFirst, stop);
    }

    private async Task<LookupOutcome> ReadRegistryAsync()
    {
        var version = state.Version;
        using var timeout = new CancellationTokenSource(context.Options.LookupTimeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            // A registry that ignores the token must not delay every caller of the service.
            var records = await context.Registry.GetServiceAsync(service, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            var found = RecordSet.Create(records.Where(record => string.Equals(record.Name, service, StringComparison.Ordinal)));
            state.Accept(found, version);
            return new LookupOutcome(found.Records.Count > 0 ? LookupResult.Found : LookupResult.NotFound);
        }
        catch (ServiceNotFoundException)
        {
            state.Accept(RecordSet.Empty, version);
            return new LookupOutcome(LookupResult.NotFound);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new LookupOutcome(LookupResult.Stopped);
        }
        catch (OperationCanceledException error)
        {
            var detail = $"service {service}: no answer within {ReadableTime.Of(context.Options.LookupTimeout)}";
            return new LookupOutcome(LookupResult.Failed, new RegistryUnavailableException(context.Registry.Name, detail, error));
        }
        catch (Exception error)
        {
            // Callers get any exception of a registry as a typed error; known nodes stay.
            return new LookupOutcome(LookupResult.Failed, error);
        }
    }
}
