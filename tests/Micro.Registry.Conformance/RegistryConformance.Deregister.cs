namespace Micro.Registry.Conformance;

/// <content>Deregistration: rule R-REG-13.</content>
public abstract partial class RegistryConformance
{
    [SkippableFact]
    public async Task Deregister_LastNode_ServiceIsGone_R_REG_13()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await ReadUntilAsync(name, records => records.Count == 1, "the service");

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-1"));

        await ReadUntilAsync(name, records => records.Count == 0, "the end of the service");
    }

    [SkippableFact]
    public async Task Deregister_OneNode_OthersStay_R_REG_13()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1", name + "-2"));
        await RegisterAsync(RecordOf(name, "2", name + "-3"));
        await ReadUntilAsync(name, records => Ids(records).Count() == 3, "three nodes");

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-1"));
        await Registry.DeregisterAsync(RecordOf(name, "2", name + "-3"));

        var read = await ReadUntilAsync(name, records => Ids(records).Count() == 1, "one node");
        read.Should().ContainSingle().Which.Version.Should().Be("1");
        Ids(read).Should().Equal(name + "-2");
    }

    [SkippableFact]
    public async Task Deregister_Unknown_Succeeds_R_REG_13()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-none"));
        await Registry.DeregisterAsync(RecordOf(NewName(), "1", "nobody"));

        await ReadUntilAsync(name, records => Ids(records).SequenceEqual([name + "-1"]), "the known node");
    }

    [SkippableFact]
    public async Task Deregister_Withdrawn_IsNoLossAndDoesNotComeBack_R_REG_13()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var sentinel = NewName();
        var registration = await RegisterAsync(RecordOf(name, "1", name + "-1"), ShortTtl);
        await ReadUntilAsync(name, records => records.Count == 1, "the service");

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-1"));
        await ReadUntilAsync(name, records => records.Count == 0, "the end of the service");
        if (Expires)
        {
            // One whole lifetime of another node passes: anything left running would have brought the node back.
            await RegisterAsync(RecordOf(sentinel, "1", sentinel + "-1"), ShortTtl);
            await ReadUntilAsync(sentinel, records => records.Count == 0, "one lifetime");
        }

        (await ReadAsync(name)).Should().BeEmpty();
        registration.Lost.IsCancellationRequested.Should().BeFalse("a withdrawn node is not lost");
    }

    [SkippableFact]
    public async Task Deregister_ThenRegisterUnchanged_IsStoredAgain_R_REG_13()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-1"));
        await ReadUntilAsync(name, records => records.Count == 0, "the end of the service");

        await RegisterAsync(RecordOf(name, "1", name + "-1"));

        await ReadUntilAsync(name, records => records.Count == 1, "the service again");
    }

    [SkippableFact]
    public async Task Deregister_Peer_SeesIt_R_REG_13()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var peer = await PeerAsync();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await ReadUntilAsync(name, records => records.Count == 1, "the service at the peer", peer);

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-1"));

        await ReadUntilAsync(name, records => records.Count == 0, "the end of the service at the peer", peer);
    }
}
