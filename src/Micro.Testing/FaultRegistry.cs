using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Micro.Registry;

namespace Micro.Testing;

/// <summary>
/// Wraps a registry. It can fail, hang and return false records, and it counts requests. Without faults it passes everything
/// to the inner registry. Safe for concurrent use; disposing it disposes the inner registry.
/// </summary>
/// <param name="inner">The inner registry.</param>
public sealed class FaultRegistry(IRegistry inner) : IRegistry
{
    private readonly ConcurrentDictionary<Channel<RegistryEvent>, string> _watches = new();
    private int _reads;
    private int _watchesOpened;
    private int _readsRunning;
    private int _maxConcurrentReads;

    internal IRegistry Inner => inner;

    /// <summary>Gets the name of the inner registry.</summary>
    public string Name => inner.Name;

    /// <summary>Gets the location of the inner registry.</summary>
    public string Location => inner.Location;

    /// <summary>Gets or sets the exception that reads throw; <see langword="null"/> for none.</summary>
    public Exception? ReadError { get; set; }

    /// <summary>Gets or sets the exception that new watches throw; <see langword="null"/> for none.</summary>
    public Exception? WatchError { get; set; }

    /// <summary>Gets or sets the exception that registrations and deregistrations throw; <see langword="null"/> for none.</summary>
    public Exception? WriteError { get; set; }

    /// <summary>Gets or sets the records that reads return; <see langword="null"/> for those of the inner registry.</summary>
    public IReadOnlyList<ServiceRecord>? ReadResult { get; set; }

    /// <summary>Gets or sets a gate that reads wait for until they are cancelled; <see langword="null"/> for none.</summary>
    public TaskCompletionSource? ReadGate { get; set; }

    /// <summary><see langword="true"/> to make reads that wait at the gate ignore their token.</summary>
    public bool IgnoresCancellation { get; set; }

    /// <summary>Gets or sets a callback that every read of a service runs, on the reader's thread and with its ambient values.</summary>
    public Action? OnRead { get; set; }

    /// <summary>Gets the number of reads of a service.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Gets the highest number of reads that ran at the same time.</summary>
    public int MaxConcurrentReads => Volatile.Read(ref _maxConcurrentReads);

    /// <summary>Gets the number of watches that were requested.</summary>
    public int WatchesOpened => Volatile.Read(ref _watchesOpened);

    /// <summary>Gets the number of open watches.</summary>
    public int OpenWatches => _watches.Count;

    /// <inheritdoc/>
    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ThrowIf(WriteError);
        return await inner.RegisterAsync(service, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ThrowIf(WriteError);
        await inner.DeregisterAsync(service, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        var running = Interlocked.Increment(ref _readsRunning);
        InterlockedMax(ref _maxConcurrentReads, running);
        try
        {
            OnRead?.Invoke();
            if (ReadGate is { } gate)
            {
                await gate.Task.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancellationToken).ConfigureAwait(false);
            }

            ThrowIf(ReadError);
            return ReadResult ?? await inner.GetServiceAsync(name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _readsRunning);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIf(ReadError);
        return await inner.ListServicesAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RegistryEvent> WatchAsync(
        string? service = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _watchesOpened);
        ThrowIf(WatchError);
        var channel = Channel.CreateUnbounded<RegistryEvent>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _watches[channel] = service ?? "";
        var pump = PumpAsync(channel, service, stop.Token);
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            _watches.TryRemove(channel, out _);
            await stop.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(false);
        }
    }

    /// <summary>Ends all running watches, with an error or as if the registry had closed them.</summary>
    /// <param name="error">The error; <see langword="null"/> for a regular end.</param>
    public void CutWatches(Exception? error = null)
    {
        foreach (var channel in _watches.Keys)
        {
            channel.Writer.TryComplete(error);
        }
    }

    /// <summary>Sends an event to all watches of its service, without a change in the registry.</summary>
    /// <param name="change">The event.</param>
    public void Raise(RegistryEvent change)
    {
        ArgumentNullException.ThrowIfNull(change);
        foreach (var (channel, service) in _watches)
        {
            if (service.Length == 0 || service == change.Service?.Name)
            {
                channel.Writer.TryWrite(change);
            }
        }
    }

    /// <summary>Ends all faults; reads that wait at the gate continue.</summary>
    public void Heal()
    {
        (ReadError, WatchError, WriteError, ReadResult) = (null, null, null, null);
        var gate = ReadGate;
        ReadGate = null;
        gate?.TrySetResult();
    }

    /// <summary>Disposes the inner registry.</summary>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static void InterlockedMax(ref int most, int value)
    {
        var seen = Volatile.Read(ref most);
        while (seen < value && Interlocked.CompareExchange(ref most, value, seen) is var before && before != seen)
        {
            seen = before;
        }
    }

    private static void ThrowIf(Exception? error)
    {
        if (error is not null)
        {
            throw error;
        }
    }

    private async Task PumpAsync(Channel<RegistryEvent> channel, string? service, CancellationToken stop)
    {
        try
        {
            await foreach (var change in inner.WatchAsync(service, stop).ConfigureAwait(false))
            {
                channel.Writer.TryWrite(change);
            }

            channel.Writer.TryComplete();
        }
        catch (Exception error)
        {
            channel.Writer.TryComplete(error);
        }
    }
}
