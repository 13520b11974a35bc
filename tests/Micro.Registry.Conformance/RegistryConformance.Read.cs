namespace Micro.Registry.Conformance;

/// <content>Reading: rules R-REG-5, 6 and 14, and what disposal means.</content>
public abstract partial class RegistryConformance
{
    [SkippableFact]
    public async Task Register_InputChangedLater_RegistryIsNot_R_REG_5()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var labels = new Dictionary<string, string> { ["zone"] = "a" };
        var nodes = new List<Node> { NodeOf(name + "-1") with { Metadata = labels } };
        await RegisterAsync(RecordOf(name, "1") with { Nodes = nodes });

        labels["zone"] = "b";
        nodes.Add(NodeOf(name + "-2"));

        var read = await ReadUntilAsync(name, records => records.Count == 1, "the service");
        read[0].Nodes.Should().ContainSingle().Which.Metadata["zone"].Should().Be("a");
    }

    [SkippableFact]
    public async Task GetService_ServiceChangesLater_AnswerDoesNot_R_REG_5()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        var first = await ReadUntilAsync(name, records => records.Count == 1, "the service");

        await RegisterAsync(RecordOf(name, "1", name + "-2"));
        await ReadUntilAsync(name, records => Ids(records).Count() == 2, "the second node");

        Ids(first).Should().Equal(name + "-1");
        first.Should().NotBeOfType<ServiceRecord[]>("callers must not be able to write into it");
    }

    [SkippableFact]
    public async Task GetService_ManyVersions_OneSortedRecordEach_R_REG_6()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "2", name + "-c", name + "-a"));
        await RegisterAsync(RecordOf(name, "1", name + "-d"));
        await RegisterAsync(RecordOf(name, "2", name + "-b"));

        var read = await ReadUntilAsync(name, records => Ids(records).Count() == 4, "four nodes");

        read.Select(record => record.Version).Should().Equal("1", "2");
        Ids(read).Should().Equal(name + "-d", name + "-a", name + "-b", name + "-c");
    }

    [SkippableFact]
    public async Task GetService_NamesThatDifferInCase_AreTwoServices()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var other = name.ToUpperInvariant();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await RegisterAsync(RecordOf(other, "1", name + "-2"));

        Ids(await ReadUntilAsync(name, records => records.Count == 1, "the one")).Should().Equal(name + "-1");
        Ids(await ReadUntilAsync(other, records => records.Count == 1, "the other")).Should().Equal(name + "-2");
        await Registry.DeregisterAsync(RecordOf(other, "1", name + "-2"));
        await ReadUntilAsync(other, records => records.Count == 0, "its end");
        Ids(await ReadUntilAsync(name, records => records.Count == 1, "the one")).Should().Equal(name + "-1");
    }

    [SkippableFact]
    public async Task GetService_UnknownName_NotFound_R_REG_14()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var read = () => Registry.GetServiceAsync(name);

        var error = (await read.Should().ThrowAsync<ServiceNotFoundException>()).Which;
        error.Service.Should().Be(name);
        error.Code.Should().Be(404);
        error.Kind.Should().Be(ErrorKind.NotFound);
    }

    [SkippableFact]
    public async Task GetService_NameIsOnlyAPrefix_NotFound_R_REG_14()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name + "-longer", "1", name + "-1"));
        await ReadUntilAsync(name + "-longer", records => records.Count == 1, "the longer name");

        (await ReadAsync(name)).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task GetService_VersionExpired_IsNotReturned_R_REG_14()
    {
        SkipUnlessAvailable();
        Skip.IfNot(Expires, "this backend has no lifetimes");
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"), ShortTtl);
        await RegisterAsync(RecordOf(name, "2", name + "-2"));

        var read = await ReadUntilAsync(name, records => Ids(records).SequenceEqual([name + "-2"]), "the living version alone");
        read.Should().ContainSingle().Which.Version.Should().Be("2");
    }

    [SkippableFact]
    public async Task GetService_EmptyName_ArgumentException_R_REG_14()
    {
        SkipUnlessAvailable();
        var read = () => Registry.GetServiceAsync("");

        await read.Should().ThrowAsync<ArgumentException>();
    }

    [SkippableFact]
    public async Task ListServices_SortedByNameWithoutDuplicates_R_REG_2()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name + "-b", "1", name + "-1", name + "-2"));
        await RegisterAsync(RecordOf(name + "-a", "1", name + "-3"));

        await EventuallyAsync(
            async () => (await Registry.ListServicesAsync())
                .Select(record => record.Name)
                .Where(listed => listed.StartsWith(name, StringComparison.Ordinal))
                .SequenceEqual([name + "-a", name + "-b"]),
            "both names in order");
    }

    [SkippableFact]
    public async Task Dispose_EveryMember_ThrowsObjectDisposed_R_REG_2()
    {
        SkipUnlessAvailable();
        var record = RecordOf(NewName(), "1", "n-1");
        await Registry.DisposeAsync();
        await Registry.DisposeAsync();

        Func<Task>[] members =
        [
            () => Registry.RegisterAsync(record, new RegisterOptions()),
            () => Registry.DeregisterAsync(record),
            () => Registry.GetServiceAsync(record.Name),
            () => Registry.ListServicesAsync(),
            async () => await Registry.WatchAsync(record.Name).GetAsyncEnumerator().MoveNextAsync(),
        ];
        foreach (var member in members)
        {
            await member.Should().ThrowAsync<ObjectDisposedException>();
        }
    }
}
