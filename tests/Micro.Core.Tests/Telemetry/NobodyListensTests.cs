using System.Diagnostics;
using Micro.Server;

namespace Micro.Telemetry;

/// <summary>Tests the cost of telemetry without a listener: one check, no allocation.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class NobodyListensTests
{
    [Fact]
    public void Enabled_NoListener_IsFalse_WithoutAllocation()
    {
        ClientTelemetry.IsOn.Should().BeFalse();
        ServerTelemetry.IsOn.Should().BeFalse();
        Ask(10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var answers = Ask(1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        (allocated, answers).Should().Be((0, 0));
    }

    [Fact]
    public void Enabled_Listener_IsTrue()
    {
        using (new TelemetryListener(metrics: false))
        {
            (ClientTelemetry.IsOn, ServerTelemetry.IsOn).Should().Be((true, true));
        }

        using (new TelemetryListener(spans: false))
        {
            (ClientTelemetry.IsOn, ServerTelemetry.IsOn).Should().Be((true, true));
        }

        (ClientTelemetry.IsOn, ServerTelemetry.IsOn).Should().Be((false, false));
        using var ambient = new Activity("of another library").Start();
        (ClientTelemetry.IsOn, ServerTelemetry.IsOn).Should().Be((true, false));
    }

    [Fact]
    public async Task Handler_NoListener_SeesNoSpan()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, bool>("Test.Span", (_, _) => Task.FromResult(Activity.Current is not null)));

        (await fixture.CallAsync<string, bool>("Test.Span", "x")).Should().BeFalse();
    }

    /// <summary>Runs the telemetry of a call on both sides.</summary>
    private static int Ask(int times)
    {
        var answers = 0;
        ServerCall call = default;
        for (var index = 0; index < times; index++)
        {
            answers += ClientTelemetry.IsOn ? 1 : 0;
            answers += ServerTelemetry.IsOn ? 1 : 0;
            call.End(null);
            RegistryOperation.Measure("get", "memory", "test", TimeSpan.Zero, null);
        }

        return answers;
    }
}
