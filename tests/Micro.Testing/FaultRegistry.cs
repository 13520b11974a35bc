using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Micro.Registry;

namespace Micro.Testing;

/// <summary>A registry in front of another one that fails, hangs and lies when told to, and counts what it is asked.</summary>
public sealed class FaultRegistry(IRegistry inner) : IRegistry
{
    private readonly ConcurrentDictionary<Channel<RegistryEvent>, string> _watches = new();
    private int _reads;
    private int _watchesOpened;
    private int _readsRunning;
    private int _mostReadsRunning;

    public string Name => inner.Name;

    /// <summary>Thrown by reads while set.</summary>
    public Exception? ReadError { get; set; }

    /// <summary>Thrown by new watches while set.</summary>
    public Exception? WatchError { get; set; }

    /// <summary>Thrown by registrations and deregistrations while set.</summary>
    public Exception? WriteError { get; set; }

    /// <summary>What reads answer in place of the inner registry's records while set.</summary>
    public IReadOnlyList<ServiceRecord>? Answer { get; set; }

    /// <summary>Reads wait for it while set; they give up waiting when cancelled.</summary>
    public TaskCompletionSource? ReadGate { get; set; }

    /// <summary>Whether reads waiting at the gate ignore their token.</summary>
    public bool IgnoresCancellation { get; set; }

    /// <summary>Called on every read, with the caller's ambient values if they leaked.</summary>
    public Action? OnRead { get; set; }

    public int Reads => Volatile.Read(ref _reads);

    public int MostReadsRunning => Volatile.Read(ref _mostReadsRunning);

    public int WatchesOpened => Volatile.Read(ref _watchesOpened);

    public int OpenWatches => _watches.Count;

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        ThrowIf(WriteError);
        return await inner.RegisterAsync(service, options, cancellationToken);
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        ThrowIf(WriteError);
        await inner.DeregisterAsync(service, cancellationToken);
    }

    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        var running = Interlocked.Increment(ref _readsRunning);
        _mostReadsRunning = Math.Max(_mostReadsRunning, running);
        try
        {
            OnRead?.Invoke();
            if (ReadGate is { } gate)
            {
                await gate.Task.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancellationToken);
            }

            ThrowIf(ReadError);
            return Answer ?? await inner.GetServiceAsync(name, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _readsRunning);
        }
    }

    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIf(ReadError);
        return await inner.ListServicesAsync(cancellationToken);
    }

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
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            _watches.TryRemove(channel, out _);
            await stop.CancelAsync();
            await pump;
        }
    }

    /// <summary>Ends all running watches, with an error or as if the registry had closed them.</summary>
    public void CutWatches(Exception? error = null)
    {
        foreach (var channel in _watches.Keys)
        {
            channel.Writer.TryComplete(error);
        }
    }

    /// <summary>Tells all watches of the event's service something that did not happen.</summary>
    public void Tell(RegistryEvent change)
    {
        foreach (var (channel, service) in _watches)
        {
            if (service.Length == 0 || service == change.Service?.Name)
            {
                channel.Writer.TryWrite(change);
            }
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

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
            await foreach (var change in inner.WatchAsync(service, stop))
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
