using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry.Kit;

public sealed class LossSignalsTests
{
    [Fact]
    public void Add_FiredWhileTheRecordWasWritten_ServesNoLaterRegistration_R_ETCD_2()
    {
        var signals = new LossSignals();
        var signal = new LossSignal(["n"]);
        signals.Add(signal);
        signals.Fire(NullLogger.Instance);

        signals.Add(signal);

        signal.IsFired.Should().BeTrue();
        signals.Find(["n"]).Should().BeNull();
    }

    [Fact]
    public void Find_Renewal_SameSignalForTheSameNodesOnly()
    {
        var signals = new LossSignals();
        var signal = new LossSignal(["n", "m"]);
        signals.Add(signal);

        signals.Find(["m", "n"]).Should().BeSameAs(signal);
        signals.Find(["n"]).Should().BeNull();
    }
}
