using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Micro.Bench.Serving;

/// <summary>A further process of this program, as a server. It ends with its standard input, so with this process.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly Process _process;

    private ServerProcess(Process process, ServerReady ready)
    {
        _process = process;
        Ready = ready;
    }

    public ServerReady Ready { get; }

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">The server did not start.</exception>
    public static async Task<ServerProcess> StartAsync(ServerKind kind, CancellationToken cancellationToken, int request = 0, int reply = 0)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        string[] arguments =
        [
            ServeCommand.Name, kind.ToString(),
            "--request", request.ToString(CultureInfo.InvariantCulture), "--reply", reply.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} cannot be started");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartLimit);
            var line = await process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new InvalidOperationException($"the {kind} server exited before it was ready; see its output above");
            return new ServerProcess(process, JsonSerializer.Deserialize(line, ServingJson.Default.ServerReady)!);
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    /// <summary>Returns the resource usage of the process so far.</summary>
    /// <param name="collect"><see langword="true"/> to run a garbage collection first.</param>
    public async Task<ProcessSample> SampleAsync(bool collect = false)
    {
        await _process.StandardInput.WriteLineAsync(collect ? ServerConversation.Collect : ServerConversation.Sample);
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"the server process {_process.Id} has exited");
        return JsonSerializer.Deserialize(line, ServingJson.Default.ProcessSample)!;
    }

    public ValueTask DisposeAsync() => new(EndAsync(_process));

    private static async Task EndAsync(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has exited already.
        }

        using var limit = new CancellationTokenSource(StopLimit);
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
