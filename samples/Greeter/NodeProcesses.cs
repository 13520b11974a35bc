using System.Diagnostics;

namespace Greeter;

/// <summary>The demo's nodes: further processes of this program, as servers. They end with this process, whatever ends it.</summary>
internal sealed class NodeProcesses : IAsyncDisposable
{
    private readonly List<Process> _processes = [];

    public static NodeProcesses Start(int count, IEnumerable<string> args)
    {
        var nodes = new NodeProcesses();
        for (var number = 0; number < count; number++)
        {
            nodes.StartOne(args);
        }

        return nodes;
    }

    /// <summary>Stops the first node, as an operator would, and returns its process id.</summary>
    public int StopOne()
    {
        var process = _processes[0];
        EndInput(process);
        return process.Id;
    }

    public async ValueTask DisposeAsync()
    {
        _processes.ForEach(EndInput);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        foreach (var process in _processes)
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }

    private void StartOne(IEnumerable<string> args)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(NodeProcesses).Assembly.Location);
        }

        // The demo uses only this machine, so the nodes need not be reachable from others.
        foreach (var argument in (string[])["server", "--server_address=127.0.0.1:0", .. args, ServerCommand.WithParentFlag])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} cannot be started");
        process.ErrorDataReceived += (_, line) => Report(process, line.Data);
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    /// <summary>Hides the nodes' logs, but shows their failures.</summary>
    private static void Report(Process process, string? line)
    {
        if (line is not null && (line.Contains("fail:", StringComparison.Ordinal) || line.Contains("crit:", StringComparison.Ordinal)))
        {
            Console.Error.WriteLine($"pid={process.Id}: {line}");
        }
    }

    private static void EndInput(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has exited already.
        }
    }
}
