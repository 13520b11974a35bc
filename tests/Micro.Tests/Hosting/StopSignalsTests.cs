using System.Runtime.InteropServices;
using Micro.Hosting;

namespace Micro.Tests.Hosting;

public sealed class StopSignalsTests
{
    [Fact]
    public void OnSignal_First_Stops_Second_Forces_Third_IsTheSystems()
    {
        using var signals = StopSignals.Create(listen: false);

        Send(signals).Should().BeTrue();
        signals.Stop.IsCancellationRequested.Should().BeTrue();
        signals.Force.IsCancellationRequested.Should().BeFalse();
        Send(signals).Should().BeTrue();
        signals.Force.IsCancellationRequested.Should().BeTrue();
        Send(signals).Should().BeFalse();
    }

    private static bool Send(StopSignals signals)
    {
        var context = new PosixSignalContext(PosixSignal.SIGTERM);
        signals.OnSignal(context);
        return context.Cancel;
    }
}
