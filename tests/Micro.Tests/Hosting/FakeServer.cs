using System.Diagnostics.CodeAnalysis;
using Micro.Registry;
using Micro.Server;

namespace Micro.Tests.Hosting;

/// <summary>A server that only notes what is asked of it.</summary>
internal sealed class FakeServer(List<string> steps) : IMicroServer
{
    public Exception? StartError { get; set; }

    public Exception? StopError { get; set; }

    public Func<CancellationToken, Task> OnStop { get; set; } = static _ => Task.CompletedTask;

    public ServerOptions Options { get; } = new();

    public string? Address => null;

    public ServiceRecord? Record => null;

    public ServerState State => ServerState.NotRegistered;

    public event EventHandler<ServerStateChangedEventArgs>? StateChanged
    {
        add { }
        remove { }
    }

    [RequiresUnreferencedCode("test")]
    [RequiresDynamicCode("test")]
    public void Handle(object handler, Action<HandlerOptions>? configure = null) => steps.Add("handle object");

    public void Handle(IContractHandler handler, Action<HandlerOptions>? configure = null) => steps.Add("handle contract");

    public void Handle<[DynamicallyAccessedMembers(Kept)] TRequest, [DynamicallyAccessedMembers(Kept)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null) => steps.Add($"handle {endpoint}");

    public void HandleStream<[DynamicallyAccessedMembers(Kept)] TRequest, [DynamicallyAccessedMembers(Kept)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null) => steps.Add($"stream {endpoint}");

    public Task StartAsync(CancellationToken cancellationToken = default) => Note("start", StartError);

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await Note("stop", StopError);
        await OnStop(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        steps.Add("dispose");
        return ValueTask.CompletedTask;
    }

    private const DynamicallyAccessedMemberTypes Kept =
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor
        | DynamicallyAccessedMemberTypes.PublicProperties
        | DynamicallyAccessedMemberTypes.PublicFields;

    private Task Note(string step, Exception? error)
    {
        lock (steps)
        {
            steps.Add(step);
        }

        return error is null ? Task.CompletedTask : Task.FromException(error);
    }
}
