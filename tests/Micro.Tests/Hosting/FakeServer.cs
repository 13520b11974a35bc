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

    public void Add(EndpointDescription endpoints) => steps.Add($"add {endpoints.Name}");

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

    private Task Note(string step, Exception? error)
    {
        lock (steps)
        {
            steps.Add(step);
        }

        return error is null ? Task.CompletedTask : Task.FromException(error);
    }
}
