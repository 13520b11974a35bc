using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>
/// Starts a service with a client, a call and a watch, stops it, and repeats that COUNT times. What remains in memory
/// afterwards is a leak.
/// </summary>
internal static class Cycles
{
    public static async Task<string> RunAsync(string[] flags, string[] arguments)
    {
        var count = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        for (var number = 0; number < count; number++)
        {
            await using var service = MicroService.Create(static options => options.Name("faults-cycle").HandleSignals(false), flags);
            service.Handle<Ask, Answer>("Faults.Ask", static (_, _) => Task.FromResult(new Answer()));
            await service.StartAsync();
            await service.Client.CallAsync<Ask, Answer>("faults-cycle", "Faults.Ask", new Ask());
            using var stop = new CancellationTokenSource();
            await foreach (var change in service.Registry.WatchAsync("faults-cycle", stop.Token))
            {
                if (change.Service is not null)
                {
                    break;
                }
            }
        }

        return count.ToString(CultureInfo.InvariantCulture);
    }
}
