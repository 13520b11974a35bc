namespace Micro.Registry.Conformance;

/// <content>The event of each situation, the same for every backend (rule R-REG-17 and the table of event sequences).</content>
public abstract partial class RegistryConformance
{
    [SkippableFact]
    public async Task Watch_FirstNodeOfAVersion_Create_R_REG_17()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await using var watch = Watch(name);
        await watch.UntilSynchronizedAsync();

        var record = RecordOf(name, "1", name + "-1");
        await RegisterAsync(record);

        (await watch.NextAsync()).Should().Be(new NodeEvent(RegistryEventKind.Create, "1", name + "-1", record.Nodes[0]));
    }

    [SkippableFact]
    public async Task Watch_FurtherNode_Create_R_REG_17()
    {
        SkipUnlessAvailable();
        var (name, watch) = await WatchOneNodeAsync();
        await using var closing = watch;

        await RegisterAsync(RecordOf(name, "1", name + "-2"));

        await ExpectAsync(watch, name, (RegistryEventKind.Create, name + "-2"));
    }

    [SkippableFact]
    public async Task Watch_NodeChanged_Update_R_REG_17()
    {
        SkipUnlessAvailable();
        var (name, watch) = await WatchOneNodeAsync();
        await using var closing = watch;

        await RegisterAsync(RecordOf(name, "1") with { Nodes = [NodeOf(name + "-1", 9999)] });

        var change = await watch.NextAsync();
        change.Kind.Should().Be(RegistryEventKind.Update);
        change.Node!.Address.Should().Be("127.0.0.1:9999");
        await ExpectAsync(watch, name);
    }

    [SkippableFact]
    public async Task Watch_NodeChangesVersion_CreateThereAndDeleteHere_R_REG_17()
    {
        SkipUnlessAvailable();
        var (name, watch) = await WatchOneNodeAsync();
        await using var closing = watch;

        await RegisterAsync(RecordOf(name, "2", name + "-1"));

        NodeEvent[] changes = [await watch.NextAsync(), await watch.NextAsync()];
        changes.Select(change => (change.Kind, change.Version)).Should().BeEquivalentTo(
            [(RegistryEventKind.Create, "2"), (RegistryEventKind.Delete, "1")]);
        await ExpectAsync(watch, name);
    }

    [SkippableFact]
    public async Task Watch_NodeDeregistered_Delete_R_REG_17()
    {
        SkipUnlessAvailable();
        var (name, watch) = await WatchOneNodeAsync();
        await using var closing = watch;

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-1"));

        await ExpectAsync(watch, name, (RegistryEventKind.Delete, name + "-1"));
    }

    [SkippableFact]
    public async Task Watch_UnknownNodeDeregistered_NoEvent_R_REG_17()
    {
        SkipUnlessAvailable();
        var (name, watch) = await WatchOneNodeAsync();
        await using var closing = watch;

        await Registry.DeregisterAsync(RecordOf(name, "1", name + "-none"));

        await ExpectAsync(watch, name);
    }

    [SkippableFact]
    public async Task Watch_NodeExpired_Delete_R_REG_17()
    {
        SkipUnlessAvailable();
        Skip.IfNot(Expires, "this backend has no lifetimes");
        var name = NewName();
        await using var watch = Watch(name);
        await watch.UntilSynchronizedAsync();

        await RegisterAsync(RecordOf(name, "1", name + "-1"), ShortTtl);

        (await watch.NextAsync()).Kind.Should().Be(RegistryEventKind.Create);
        await ExpectAsync(watch, name, (RegistryEventKind.Delete, name + "-1"));
    }

    [SkippableFact]
    public async Task Watch_RenewalWithoutChange_NoEvent_R_REG_17()
    {
        SkipUnlessAvailable();
        var (name, watch) = await WatchOneNodeAsync();
        await using var closing = watch;

        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await RegisterAsync(RecordOf(name, "1", name + "-1"));

        await ExpectAsync(watch, name);
    }

    /// <summary>A watch that has delivered its initial state, with one node in version 1.</summary>
    private async Task<(string Name, WatchProbe Watch)> WatchOneNodeAsync()
    {
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await ReadUntilAsync(name, records => records.Count == 1, "the first node");
        var watch = Watch(name);
        await watch.UntilSynchronizedAsync();
        return (name, watch);
    }

    /// <summary>
    /// Expects exactly these events and nothing else: a node registered afterwards must be the next one, so that no
    /// test has to wait for silence.
    /// </summary>
    private async Task ExpectAsync(WatchProbe watch, string name, params (RegistryEventKind Kind, string Id)[] expected)
    {
        foreach (var (kind, id) in expected)
        {
            var next = await watch.NextAsync();
            (next.Kind, next.Id).Should().Be((kind, id));
        }

        await RegisterAsync(RecordOf(name, "fence", name + "-fence"));
        var fence = await watch.NextAsync();
        (fence.Kind, fence.Id).Should().Be((RegistryEventKind.Create, name + "-fence"));
    }
}
