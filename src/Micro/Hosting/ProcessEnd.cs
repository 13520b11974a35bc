namespace Micro.Hosting;

/// <summary>Stops the service when the process ends by itself or by an unhandled exception: best effort, bounded.</summary>
internal sealed class ProcessEnd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private Func<CancellationToken, Task>? _stop;

    public void Watch(Func<CancellationToken, Task> stop)
    {
        lock (_gate)
        {
            if (_stop is null)
            {
                AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
                AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
            }

            _stop = stop;
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            _stop = null;
            AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
            AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        }
    }

    public void Dispose() => Forget();

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs arguments) => OnProcessExit(sender, arguments);

    private void OnProcessExit(object? sender, EventArgs arguments)
    {
        Func<CancellationToken, Task>? stop;
        lock (_gate)
        {
            stop = _stop;
        }

        if (stop is null)
        {
            return;
        }

        // The waits are cut after half of the time; the process must not hang on a registry that does not answer.
        using var patience = new CancellationTokenSource(Patience / 2, TimeProvider.System);
        var token = patience.Token;
        try
        {
#pragma warning disable VSTHRD002 // The process ends when this handler returns: there is nobody to await it
            Task.Run(() => stop(token), CancellationToken.None).Wait(Patience, CancellationToken.None);
#pragma warning restore VSTHRD002
        }
        catch (AggregateException)
        {
            // Best effort: the process ends anyway, and the TTL removes what is left.
        }
    }
}
