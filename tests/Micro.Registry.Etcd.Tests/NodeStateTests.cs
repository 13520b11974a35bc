using Micro.Registry.Etcd.Leases;

namespace Micro.Registry.Etcd.Tests;

public sealed class NodeStateTests
{
    [Fact]
    public void AddSignal_FiredWhileTheRecordWasWritten_ServesNoLaterRegistration_R_ETCD_2()
    {
        var state = new NodeState("/micro/registry/x/n");
        var signal = new LossSignal(["n"]);
        state.AddSignal(signal);
        state.FireSignals();

        state.AddSignal(signal);

        signal.Token.IsCancellationRequested.Should().BeTrue();
        state.FindSignal(["n"]).Should().BeNull();
    }

    [Fact]
    public void FindSignal_Renewal_SameSignalForTheSameNodesOnly()
    {
        var state = new NodeState("/micro/registry/x/n");
        var signal = new LossSignal(["n", "m"]);
        state.AddSignal(signal);

        state.FindSignal(["m", "n"]).Should().BeSameAs(signal);
        state.FindSignal(["n"]).Should().BeNull();
    }
}
