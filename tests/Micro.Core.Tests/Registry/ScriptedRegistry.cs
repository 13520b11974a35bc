using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Micro.Registry;

/// <summary>A registry that does what the test says and tells each call.</summary>
internal sealed class ScriptedRegistry : IRegistry
{
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();
    private CancellationTokenSource _lost = new();

    public string Name { get; set; } = "scripted";

    /// <summary>Runs in every registration; throwing fails it.</summary>
    public Func<CancellationToken, Task> OnRegister { get; set; } = static _ => Task.CompletedTask;

    public Func<CancellationToken, Task> OnDeregister { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What registrations say is missing.</summary>
    public Exception? Incomplete { get; set; }

    /// <summary>Gets or sets the address that registrations report as a conflict.</summary>
    public string? ConflictingAddress { get; set; }

    public TimeSpan LastTtl { get; private set; }

    public ServiceRecord? LastRecord { get; private set; }

    public void LoseRegistration() => _lost.Cancel();

    public async Task<string> NextCallAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _calls.Reader.ReadAsync(limit.Token);
    }

    public bool HasMoreCalls => _calls.Reader.TryPeek(out _);

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        LastTtl = options.Ttl;
        LastRecord = service;
        _lost = new CancellationTokenSource();
        var lost = _lost.Token;

        // Taken before the call is told: the test may change it for the next one at once.
        var act = OnRegister;
        var (incomplete, conflict) = (Incomplete, ConflictingAddress);
        _calls.Writer.TryWrite("register");
        await act(cancellationToken);
        return new Registration(service, lost) { Incomplete = incomplete, ConflictingAddress = conflict };
    }

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        var act = OnDeregister;
        _calls.Writer.TryWrite("deregister");
        return act(cancellationToken);
    }

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        yield break;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
