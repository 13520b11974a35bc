namespace Micro.Registry.Kit;

/// <summary>A running watch with its readers counted; the table that made it stops it after the last one.</summary>
#pragma warning disable CA1001 // Stopping may come twice, from the last reader and from disposal; the source has no timer and no wait handle.
internal abstract class SharedWatch
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public WatchHub Hub { get; } = new();

    /// <summary>Gets the name of the service; <see langword="null"/> for all.</summary>
    public abstract string? Service { get; }

    /// <summary>Gets or sets the number of readers; changed under the table's lock.</summary>
    public int Uses { get; set; }

    public void Start() => _running = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    /// <summary>Follows the registry until the last reader has left. Never fails.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);
}
