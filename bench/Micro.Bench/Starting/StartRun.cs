using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Greeter;
using Micro.Client;

namespace Micro.Bench.Starting;

/// <summary>Starts the greeter again and again and calls it until it answers.</summary>
internal sealed class StartRun(string program, string[] registry, int runs, Action<string> progress)
{
    private const double MostMilliseconds = 350;
    private const double MostMegabytes = 70;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var service = MicroService.Create(static options => options
            .Name("bench.client").UseMemory().IgnoreEnvironment()
            .ClientOptions(static client => client.PoolTtl = TimeSpan.FromMilliseconds(1))
            .Logging(BenchLog.ToStandardError));
        var times = new List<double>();
        var memory = new List<double>();

        // The first start reads files from disk and warms up this client; it is not counted.
        for (var run = 0; run <= runs; run++)
        {
            var (milliseconds, megabytes) = await StartAsync(service.Client, cancellationToken);
            progress(string.Create(CultureInfo.InvariantCulture, $"start {run}: {milliseconds:N0} ms, {megabytes:N1} MB{(run == 0 ? " (not counted)" : "")}"));
            if (run > 0)
            {
                times.Add(milliseconds);
                memory.Add(megabytes);
            }
        }

        return string.Join(
            Environment.NewLine,
            $"medians of {runs} starts with {string.Join(' ', registry)}, from the start of the process to the reply to its first call",
            "",
            "| figure | median | least | most | aim | |",
            "|---|--:|--:|--:|---|---|",
            Row("process start to first call served, ms", times, MostMilliseconds),
            Row("resident then, MB", memory, MostMegabytes));
    }

    private static string Row(string figure, List<double> values, double most)
    {
        var median = Medians.Of(values);
        return string.Create(CultureInfo.InvariantCulture, $"| {figure} | {median:N1} | {values.Min():N1} | {values.Max():N1} | ≤ {most:N0} | {(median <= most ? "met" : "*missed*")} |");
    }

    private async Task<(double Milliseconds, double Megabytes)> StartAsync(IMicroClient client, CancellationToken cancellationToken)
    {
        var address = FreeAddress();
        var options = new CallOptions { Addresses = [address], Retries = 0, CloseConnection = true };
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["server", .. registry, $"--server_address={address}", "--exit_with_parent"])
        {
            start.ArgumentList.Add(argument);
        }

        var startedAt = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} cannot be started");
        try
        {
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            await CallUntilServedAsync(client, options, process, startedAt, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(startedAt);
            process.Refresh();
            return (elapsed.TotalMilliseconds, process.WorkingSet64 / 1048576.0);
        }
        finally
        {
            process.StandardInput.Close();
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task CallUntilServedAsync(IMicroClient client, CallOptions options, Process process, long startedAt, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await client.CallAsync<Request, Response>("greeter", "Greeter.Hello", new Request { Name = "first" }, options, cancellationToken);
                return;
            }
            catch (MicroException error) when (!process.HasExited && Stopwatch.GetElapsedTime(startedAt) < Limit && error.Kind == ErrorKind.Connect)
            {
                // Not listening yet.
                await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken);
            }
        }
    }

    private static string FreeAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket.LocalEndPoint!.ToString()!;
    }
}
