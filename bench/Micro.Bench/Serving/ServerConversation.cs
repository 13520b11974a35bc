using System.Text.Json;

namespace Micro.Bench.Serving;

/// <summary>
/// The server's side of the protocol with the measuring process: one line when it serves, then an answer to each line. Ends
/// with standard input, so that no server outlives the process that started it.
/// </summary>
internal static class ServerConversation
{
    /// <summary>Requests a <see cref="ProcessSample"/>.</summary>
    public const string Sample = "sample";

    /// <summary>Requests a sample after a full collection.</summary>
    public const string Collect = "collect";

    /// <summary>Runs on a separate thread, so that waiting for a line takes no thread from the measured code.</summary>
    public static Task RunAsync(ServerReady ready) =>
        Task.Factory.StartNew(() => Run(ready), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Run(ServerReady ready)
    {
        Console.WriteLine(JsonSerializer.Serialize(ready, ServingJson.Default.ServerReady));
        using var input = new StreamReader(Console.OpenStandardInput());
        while (input.ReadLine() is { } question)
        {
            if (question == Collect)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                GC.Collect();
            }

            Console.WriteLine(JsonSerializer.Serialize(ProcessSample.Take(), ServingJson.Default.ProcessSample));
        }
    }
}
