using Micro.Client;

namespace MigrationSample;

/// <summary>Calls at a constant rate, through any client; counts failures.</summary>
internal sealed class Load : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PeriodicTimer _timer;
    private readonly Task _calling;
    private volatile IMicroClient _client;
    private int _made;
    private int _running;

    private Load(IMicroClient client, int callsPerSecond)
    {
        _client = client;
        _timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / callsPerSecond));
        _calling = CallAsync();
    }

    public int Made => Volatile.Read(ref _made);

    /// <summary>The errors of failed calls; complete once the load is stopped.</summary>
    public List<string> Failures { get; } = [];

    public static Load Start(IMicroClient client, int callsPerSecond) => new(client, callsPerSecond);

    public Task RunAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System, _stop.Token);

    /// <summary>Switches to another client; returns when the calls of the old one have ended.</summary>
    public async Task MoveToAsync(IMicroClient client)
    {
        _client = client;
        await UntilQuietAsync();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _calling;
        await UntilQuietAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _timer.Dispose();
        _stop.Dispose();
    }

    private async Task CallAsync()
    {
        try
        {
            while (await _timer.WaitForNextTickAsync(_stop.Token))
            {
                Interlocked.Increment(ref _running);
                _ = CallOnceAsync(_client);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task CallOnceAsync(IMicroClient client)
    {
        try
        {
            await client.CallAsync<HelloRequest, HelloResponse>("migration.greeter", "Greeter.Hello", new HelloRequest("Anna"));
        }
        catch (Exception exception)
        {
            lock (Failures)
            {
                Failures.Add(exception.Message);
            }
        }
        finally
        {
            Interlocked.Increment(ref _made);
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task UntilQuietAsync()
    {
        // Calls overlap: wait for a moment without any.
        while (Volatile.Read(ref _running) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }
    }
}
