namespace Micro.Registry.Conformance;

/// <content>Watches: rules R-REG-16, 17 and 18.</content>
public abstract partial class RegistryConformance
{
    [SkippableFact]
    public async Task Watch_NothingThere_SynchronizedAtOnce_R_REG_17()
    {
        SkipUnlessAvailable();
        await using var watch = Watch(NewName());

        (await watch.UntilSynchronizedAsync()).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Watch_ExistingNodes_CreatedBeforeSynchronized_R_REG_17()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1", name + "-2"));
        await ReadUntilAsync(name, records => Ids(records).Count() == 2, "both nodes");

        await using var watch = Watch(name);

        var seen = await watch.UntilSynchronizedAsync();
        seen.Should().OnlyContain(change => change.Kind == RegistryEventKind.Create);
        seen.Select(change => change.Id).Should().BeEquivalentTo(name + "-1", name + "-2");
    }

    [SkippableTheory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Watch_AllServices_SeesEach_R_REG_16(string? all)
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name + "-a", "1", name + "-1"));
        await ReadUntilAsync(name + "-a", records => records.Count == 1, "the first service");
        await using var watch = Watch(all);
        var initial = await watch.UntilSynchronizedAsync();

        await RegisterAsync(RecordOf(name + "-b", "1", name + "-2"));
        await Registry.DeregisterAsync(RecordOf(name + "-a", "1", name + "-1"));

        // Services are independent of each other: only the order within one is promised.
        var changes = new List<NodeEvent>();
        while (changes.Count < 2)
        {
            var next = await watch.NextAsync();
            if (next.Id.StartsWith(name, StringComparison.Ordinal))
            {
                changes.Add(next);
            }
        }

        initial.Should().Contain(change => change.Id == name + "-1" && change.Kind == RegistryEventKind.Create);
        changes.Select(change => (change.Kind, change.Id)).Should().BeEquivalentTo(
            [(RegistryEventKind.Create, name + "-2"), (RegistryEventKind.Delete, name + "-1")]);
    }

    [SkippableFact]
    public async Task Watch_OneService_NothingOfOthers_R_REG_16()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await using var watch = Watch(name);
        await watch.UntilSynchronizedAsync();

        await RegisterAsync(RecordOf(name + "-other", "1", name + "-1"));
        await RegisterAsync(RecordOf(name, "1", name + "-2"));

        (await watch.NextAsync()).Id.Should().Be(name + "-2");
    }

    [SkippableFact]
    public async Task Watch_NamesThatDifferInCase_AreTwoServices()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await using var watch = Watch(name);
        await watch.UntilSynchronizedAsync();

        await RegisterAsync(RecordOf(name.ToUpperInvariant(), "1", name + "-1"));
        await RegisterAsync(RecordOf(name, "1", name + "-2"));

        (await watch.NextAsync()).Id.Should().Be(name + "-2");
    }

    [SkippableFact]
    public async Task Watch_ManyChangesAtAPeer_ReplayEqualsTheList_R_REG_17()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var peer = await PeerAsync();
        await using var watch = Watch(name, peer);
        await watch.UntilSynchronizedAsync();
        for (var round = 0; round < 10; round++)
        {
            await RegisterAsync(RecordOf(name, "1", $"{name}-{round}"));
            if (round % 2 == 1)
            {
                await Registry.DeregisterAsync(RecordOf(name, "1", $"{name}-{round - 1}"));
            }
        }

        await RegisterAsync(RecordOf(name, "1", name + "-end"));

        // Changes that come together may be told creates first, so deletes may follow the last create.
        string[] expected = [.. Enumerable.Range(0, 10).Where(round => round % 2 == 1).Select(round => $"{name}-{round}"), name + "-end"];
        var seen = (await watch.UntilAsync(name + "-end")).ToList();
        while (!Replay(seen).SequenceEqual(expected))
        {
            seen.Add(await watch.NextAsync());
        }

        await ReadUntilAsync(name, records => Ids(records).SequenceEqual(expected), "the replayed nodes " + string.Join(' ', expected), peer);
    }

    [SkippableFact]
    public async Task Watch_TwoReaders_EachSeesEverything_R_REG_17()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await using var first = Watch(name);
        await using var second = Watch(name);
        await first.UntilSynchronizedAsync();
        await second.UntilSynchronizedAsync();

        await RegisterAsync(RecordOf(name, "1", name + "-1"));

        (await first.NextAsync()).Id.Should().Be(name + "-1");
        (await second.NextAsync()).Id.Should().Be(name + "-1");
    }

    [SkippableFact]
    public async Task Watch_ReaderStandsStill_RegistryGoesOnAndReaderCatchesUp_R_REG_18()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await using var changes = Registry.WatchAsync(name).GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();
        changes.Current.Kind.Should().Be(RegistryEventKind.Synchronized);

        for (var round = 0; round < BurstSize; round++)
        {
            var record = RecordOf(name, "1", $"{name}-{round:D5}");
            await RegisterAsync(record);
            if (round % 2 == 0)
            {
                await Registry.DeregisterAsync(record);
            }
        }

        await RegisterAsync(RecordOf(name, "1", name + "-end"));
        var seen = new List<NodeEvent>();
        do
        {
            (await changes.MoveNextAsync().AsTask().WaitAsync(Visibility)).Should().BeTrue();
            seen.AddRange(NodeEvent.Of(changes.Current));
        }
        while (!seen.Exists(change => change.Id == name + "-end") || Replay(seen).Count > (BurstSize / 2) + 1);

        Replay(seen).Should().HaveCount((BurstSize / 2) + 1).And.Equal(Ids(await ReadAsync(name)));
    }

    [SkippableFact]
    public async Task Watch_Cancelled_PendingReadEndsAtOnce_R_REG_18()
    {
        SkipUnlessAvailable();
        await using var watch = Watch(NewName());
        await watch.UntilSynchronizedAsync();

        await watch.StopAsync();
        await watch.StopAsync();

        var ended = () => watch.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        await ended.Should().ThrowAsync<OperationCanceledException>();
    }

    [SkippableFact]
    public async Task Watch_OpenedAndClosedOften_RegistryStaysWell_R_REG_18()
    {
        SkipUnlessAvailable();
        var name = NewName();
        for (var round = 0; round < 20; round++)
        {
            await using var closed = Watch(name);
            await closed.UntilSynchronizedAsync();
        }

        await using var watch = Watch(name);
        await watch.UntilSynchronizedAsync();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));

        (await watch.NextAsync()).Id.Should().Be(name + "-1");
    }

    [SkippableFact]
    public async Task Dispose_RunningWatch_Ends_R_REG_18()
    {
        SkipUnlessAvailable();
        await using var watch = Watch(NewName());
        await watch.UntilSynchronizedAsync();

        await Registry.DisposeAsync();

        var ended = await Task.WhenAny(watch.Ended, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None));
        ended.Should().BeSameAs(watch.Ended, "a disposed registry leaves no reader waiting");
    }

    private static IReadOnlyList<string> Replay(IEnumerable<NodeEvent> changes)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var expected = change.Kind switch
            {
                RegistryEventKind.Create => ids.Add(change.Id),
                RegistryEventKind.Update => ids.Contains(change.Id),
                RegistryEventKind.Delete => ids.Remove(change.Id),
                _ => true,
            };
            expected.Should().BeTrue($"'{change}' must fit what came before");
        }

        return [.. ids];
    }
}
