namespace Micro.AbuseTests.Metadata;

/// <summary>Metadata with many small entries: what the client lets pass the server takes.</summary>
public sealed class MetadataSizeTests
{
    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_AsManyEntriesAsAllowed_Arrives(string protocol)
    {
        await using var service = await AttackedService.StartAsync(client: protocol);

        await service.CallAsync(Entries(80));

        service.Handled.Should().Be(1);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_OneEntryMore_IsRefusedBeforeItIsSent(string protocol)
    {
        await using var service = await AttackedService.StartAsync(client: protocol);

        var call = () => service.CallAsync(Entries(81));

        var error = (await call.Should().ThrowAsync<MicroException>()).Which;
        (error.Code, error.Kind).Should().Be((400, ErrorKind.InvalidRequest));
        error.Detail.Should().Contain("80 entries");
        (await service.ServesAsync()).Should().BeTrue();
        service.Handled.Should().Be(1, "the refused call was not sent");
    }

    private static CallMetadata Entries(int count)
    {
        var metadata = new CallMetadata();
        for (var entry = 0; entry < count; entry++)
        {
            metadata[$"x-{entry}"] = "value";
        }

        return metadata;
    }
}
