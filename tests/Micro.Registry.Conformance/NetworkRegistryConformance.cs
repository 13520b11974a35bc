namespace Micro.Registry.Conformance;

/// <summary>What a registry must do on top when it is reached over a network: rules R-REG-3, 4, 12 and 15.</summary>
public abstract class NetworkRegistryConformance : RegistryConformance
{
    /// <summary>Makes a registry whose server cannot be reached; making it does no input or output.</summary>
    protected abstract Task<IRegistry> CreateUnreachableAsync();

    /// <summary>Writes an entry below a service that cannot be decoded.</summary>
    protected abstract Task WriteUndecodableAsync(string service);

    [SkippableFact]
    public async Task Create_ServerNotThere_DoesNoInputOrOutput_R_REG_3()
    {
        SkipUnlessAvailable();
        var create = async () => await (await CreateUnreachableAsync()).DisposeAsync();

        await create.Should().NotThrowAsync();
    }

    [SkippableFact]
    public async Task Register_ServerNotThere_Unavailable_R_REG_12()
    {
        SkipUnlessAvailable();
        await using var registry = await CreateUnreachableAsync();
        var register = () => registry.RegisterAsync(RecordOf(NewName(), "1", "n-1"), new RegisterOptions());

        await register.Should().ThrowAsync<RegistryUnavailableException>();
    }

    [SkippableFact]
    public async Task GetService_OneEntryUndecodable_OthersAreFound_R_REG_4()
    {
        SkipUnlessAvailable();
        var name = NewName();
        await RegisterAsync(RecordOf(name, "1", name + "-1"));
        await WriteUndecodableAsync(name);

        await ReadUntilAsync(name, records => Ids(records).SequenceEqual([name + "-1"]), "the readable entry");
    }

    [SkippableFact]
    public async Task Reading_ServerNotThere_UnavailableAndNotNotFound_R_REG_15()
    {
        SkipUnlessAvailable();
        await using var registry = await CreateUnreachableAsync();
        var get = () => registry.GetServiceAsync(NewName());
        var list = () => registry.ListServicesAsync();

        await get.Should().ThrowAsync<RegistryUnavailableException>();
        await list.Should().ThrowAsync<RegistryUnavailableException>();
    }

    [SkippableFact]
    public async Task Watch_ServerNotThere_Unavailable_R_REG_15()
    {
        SkipUnlessAvailable();
        await using var registry = await CreateUnreachableAsync();
        var watch = async () => await registry.WatchAsync(NewName()).GetAsyncEnumerator().MoveNextAsync();

        await watch.Should().ThrowAsync<RegistryUnavailableException>();
    }
}
