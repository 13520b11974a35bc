using System.Runtime.InteropServices;
using Micro.Hosting;
using Micro.Testing;

namespace Micro.Tests.Hosting;

public sealed class StopSignalsTests
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1);

    [Fact]
    public void OnSignal_First_Stops_Second_Forces_Third_IsTheSystems()
    {
        var time = new ManualTimeProvider();
        using var signals = StopSignals.Create(listen: false, time);

        Send(signals).Should().BeTrue();
        signals.Stop.IsCancellationRequested.Should().BeTrue();
        signals.Force.IsCancellationRequested.Should().BeFalse();
        time.Advance(Later);
        Send(signals).Should().BeTrue();
        signals.Force.IsCancellationRequested.Should().BeTrue();
        time.Advance(Later);
        Send(signals).Should().BeFalse();
    }

    [Fact]
    public void OnSignal_TwiceWithinASecond_CountsAsOne()
    {
        var time = new ManualTimeProvider();
        using var signals = StopSignals.Create(listen: false, time);

        // A signal to the process group reaches `dotnet run`, which passes it on, and this process.
        Send(signals).Should().BeTrue();
        Send(signals).Should().BeTrue();
        time.Advance(Later - TimeSpan.FromMilliseconds(1));
        Send(signals).Should().BeTrue();
        signals.Stop.IsCancellationRequested.Should().BeTrue();
        signals.Force.IsCancellationRequested.Should().BeFalse("nobody is in a hurry yet");

        time.Advance(TimeSpan.FromMilliseconds(1));
        Send(signals).Should().BeTrue();
        signals.Force.IsCancellationRequested.Should().BeTrue();
    }

    private static bool Send(StopSignals signals)
    {
        var context = new PosixSignalContext(PosixSignal.SIGTERM);
        signals.OnSignal(context);
        return context.Cancel;
    }
}
