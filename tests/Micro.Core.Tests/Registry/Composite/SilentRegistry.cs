using System.Runtime.CompilerServices;

namespace Micro.Registry.Composite;

/// <summary>A registry that never answers anything, until it is cancelled.</summary>
internal sealed class SilentRegistry : IRegistry
{
    public string Name => "silent";

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        await HangAsync(cancellationToken);
        return new Registration(service, CancellationToken.None);
    }

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) => HangAsync(cancellationToken);

    public async Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default)
    {
        await HangAsync(cancellationToken);
        return [];
    }

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) => GetServiceAsync("", cancellationToken);

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await HangAsync(cancellationToken);
        yield break;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Task HangAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}
