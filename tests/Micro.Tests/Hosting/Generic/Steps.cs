using Microsoft.Extensions.Hosting;

namespace Micro.Tests.Hosting.Generic;

/// <summary>What happened, in order. Safe for concurrent use.</summary>
internal sealed class Steps
{
    private readonly List<string> _steps = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_steps)
            {
                return [.. _steps];
            }
        }
    }

    public void Add(string step)
    {
        lock (_steps)
        {
            _steps.Add(step);
        }
    }

    /// <summary>A hosted service of the application that notes its turn.</summary>
    public IHostedService Hosted(string name, Exception? startError = null) => new Noting(this, name, startError);

    private sealed class Noting(Steps steps, string name, Exception? startError) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            steps.Add($"{name} starts");
            return startError is null ? Task.CompletedTask : Task.FromException(startError);
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            steps.Add($"{name} stops");
            return Task.CompletedTask;
        }
    }
}
