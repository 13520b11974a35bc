using System.Diagnostics.Metrics;
using Micro.Registry;

namespace Micro.Server;

/// <summary>Tests that stopped servers release their meters (R28). The fault row R28 measures the heap.</summary>
public sealed class ServerLeakTests
{
    private const int Servers = 300;

    [Fact]
    public async Task Stop_ManyServers_NoInstrumentsOfThemRemain_R28()
    {
        await using var registry = MemoryRegistry.Create();
        var before = CountInstruments();
        for (var number = 0; number < Servers; number++)
        {
            await using var server = new RpcServer(new ServerOptions { Name = "test", Address = "127.0.0.1:0", Registry = registry, DrainDelay = TimeSpan.Zero });
            await server.StartAsync();
            await server.StopAsync();
        }

        // Each server has several; other tests of this process start servers too, but never so many at a time.
        (CountInstruments() - before).Should().BeLessThan(Servers);
    }

    private static int CountInstruments()
    {
        var count = 0;
        using var listener = new MeterListener { InstrumentPublished = (_, _) => Interlocked.Increment(ref count) };
        listener.Start();
        return count;
    }
}
