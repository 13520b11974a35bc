using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Micro.Registry;

namespace Micro.Testing;

/// <summary>
/// A registry in front of another one. It can be set to fail, to hang and to return false records, and it counts requests. Without faults
/// it is the other one. Safe for concurrent use; disposing it disposes the other one.
/// </summary>
/// <param name="inner">The registry behind it.</param>
public sealed class FaultRegistry(IRegistry inner) : IRegistry
{
    private readonly ConcurrentDictionary<Channel<RegistryEvent>, string> _watches = new();
    private int _reads;
    private int _watchesOpened;
    private int _readsRunning;
    private int _mostReadsRunning;

    internal IRegistry Inner => inner;

    /// <summary>Name of the registry behind it.</summary>
    public string Name => inner.Name;

    /// <summary>Gets the location of the registry behind it.</summary>
    public string Location => inner.Location;

    /// <summary>Thrown by reads while set.</summary>
    public Exception? ReadError { get; set; }

    /// <summary>Thrown by new watches while set.</summary>
    public Exception? WatchError { get; set; }

    /// <summary>Thrown by registrations and deregistrations while set.</summary>
    public Exception? WriteError { get; set; }

    /// <summary>The records that reads return in place of the inner registry's while set.</summary>
    public IReadOnlyList<ServiceRecord>? Answer { get; set; }

    /// <summary>Reads wait for it while set; they give up waiting when cancelled.</summary>
    public TaskCompletionSource? ReadGate { get; set; }

    /// <summary><see langword="true"/> to let reads that wait at the gate ignore their token.</summary>
    public bool IgnoresCancellation { get; set; }

    /// <summary>Runs within every read of a service, on the reader's thread and with its ambient values.</summary>
    public Action? OnRead { get; set; }

    /// <summary>The number of reads of a service.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>The highest number of reads that ran at the same time.</summary>
    public int MostReadsRunning => Volatile.Read(ref _mostReadsRunning);

    /// <summary>The number of watches that were requested.</summary>
    public int WatchesOpened => Volatile.Read(ref _watchesOpened);

    /// <summary>The number of watches that run.</summary>
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
        InterlockedMax(ref _mostReadsRunning, running);
        try
        {
            OnRead?.Invoke();
            if (ReadGate is { } gate)
            {
                await gate.Task.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancellationToken).ConfigureAwait(false);
            }

            ThrowIf(ReadError);
            return Answer ?? await inner.GetServiceAsync(name, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Sends an event to all watches of its service although nothing happened.</summary>
    /// <param name="change">The event.</param>
    public void Tell(RegistryEvent change)
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

    /// <summary>Ends all faults; reads that wait at the gate go on.</summary>
    public void Heal()
    {
        (ReadError, WatchError, WriteError, Answer) = (null, null, null, null);
        var gate = ReadGate;
        ReadGate = null;
        gate?.TrySetResult();
    }

    /// <summary>Disposes the registry behind it.</summary>
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
