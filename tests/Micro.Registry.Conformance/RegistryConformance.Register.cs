namespace Micro.Registry.Conformance;

/// <content>Registration: rules R-REG-2, 10, 11 and 12.</content>
public abstract partial class RegistryConformance
{
    [SkippableFact]
    public async Task Register_NewService_ReadsBackWhole_R_REG_2()
    {
        SkipUnlessAvailable();
        var name = NewName();
        var record = RecordOf(name, "1.2.0", name + "-1") with { Metadata = new Dictionary<string, string> { ["team"] = "blue" } };

        var registration = await RegisterAsync(record);

        registration.Service.Should().Be(record);
        registration.Lost.IsCancellationRequested.Should().BeFalse();
        var read = await ReadUntilAsync(name, records => records.Count == 1, "the new service");
        read[0].Should().Be(KeepsServiceMetadata ? record : record with { Metadata = new Dictionary<string, string>() });
    }

    [SkippableFact]
    public async Task Register_ManyNodesInOneRecord_AllStored_R_REG_10()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1", name + "-2", name + "-3"));

        var read = await ReadUntilAsync(name, records => Ids(records).Count() == 3, "all three nodes");
        Ids(read).Should().Equal(name + "-1", name + "-2", name + "-3");
    }

    [SkippableFact]
    public async Task Register_SameNodeAgain_RenewsOnly_R_REG_11()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await RegisterAsync(RecordOf(name, "1", name + "-1"));

        var read = await ReadUntilAsync(name, records => records.Count == 1, "the service");
        Ids(read).Should().Equal(name + "-1");
    }

    [SkippableTheory]
    [InlineData("address")]
    [InlineData("metadata")]
    [InlineData("endpoints")]
    [InlineData("version")]
    public async Task Register_ChangedRecord_IsUpdated_R_REG_11(string what)
    {
        SkipUnlessAvailable();
        var name = NewName();
        var before = RecordOf(name, "1", name + "-1");
        var after = what switch
        {
            "address" => before with { Nodes = [NodeOf(name + "-1", 9999)] },
            "metadata" => before with { Nodes = [before.Nodes[0] with { Metadata = new Dictionary<string, string> { ["zone"] = "b" } }] },
            "endpoints" => before with { Endpoints = [EndpointOf("Greeter.Hello"), EndpointOf("Greeter.Bye")] },
            _ => before with { Version = "2" },
        };
        await RegisterAsync(before);
        await ReadUntilAsync(name, records => records.Count == 1, "the service");

        await RegisterAsync(after);

        // A version that was replaced disappears, so there is always exactly one record.
        await ReadUntilAsync(name, records => records.Count == 1 && records[0].Equals(after), "the changed " + what);
    }

    [SkippableFact]
    public async Task Register_TwoInstancesOfOneService_DoNotDisturbEachOther_R_REG_11()
    {
        SkipUnlessAvailable();
        var name = NewName();
        for (var round = 0; round < 2; round++)
        {
            await RegisterAsync(RecordOf(name, "1", name + "-1"));
            await RegisterAsync(RecordOf(name, "1", name + "-2"));
        }

        var read = await ReadUntilAsync(name, records => Ids(records).Count() == 2, "both instances");
        Ids(read).Should().Equal(name + "-1", name + "-2");
    }

    [SkippableFact]
    public async Task Register_ShorterTtl_IsTheNewLifetime_R_REG_11()
    {
        SkipUnlessAvailable();
        Skip.IfNot(Expires, "this backend has no lifetimes");
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await ReadUntilAsync(name, records => records.Count == 1, "the service");

        await RegisterAsync(RecordOf(name, "1", name + "-1"), ShortTtl);

        await ReadUntilAsync(name, records => records.Count == 0, "the end of the shorter lifetime");
    }

    [SkippableFact]
    public async Task Register_NotRenewed_IsLostAndGone_R_REG_12()
    {
        SkipUnlessAvailable();
        Skip.IfNot(Expires, "this backend has no lifetimes");
        var name = NewName();

        var registration = await RegisterAsync(RecordOf(name, "1", name + "-1"), ShortTtl);

        await ReadUntilAsync(name, records => records.Count == 0, "the end of the lifetime");
        await EventuallyAsync(() => Task.FromResult(registration.Lost.IsCancellationRequested), "notice of the loss");
    }

    [SkippableFact]
    public async Task Register_NoNodes_ArgumentException_R_REG_12()
    {
        SkipUnlessAvailable();
        var register = () => Registry.RegisterAsync(RecordOf(NewName(), "1"), new RegisterOptions());

        await register.Should().ThrowAsync<ArgumentException>().WithMessage("*at least one node*");
    }
}
