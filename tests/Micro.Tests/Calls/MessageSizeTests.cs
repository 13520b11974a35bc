namespace Micro.Tests.Calls;

/// <summary>Tests the flags that set how large messages may be, over both protocols.</summary>
public sealed class MessageSizeTests
{
    private const int FiveMegaBytes = 5_000_000;
    private const string ServerFlag = "--server_max_message_size";
    private const string ClientFlag = "--client_max_message_size";

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_BothFlagsSet_LargeMessagesPassBothWays(string protocol)
    {
        await using var service = await StartAsync(protocol, $"{ServerFlag}=8MiB", $"{ClientFlag}=8MiB");

        (await CallAsync(service, "Sizes.Reply", "5000000")).Should().HaveLength(FiveMegaBytes);
        (await CallAsync(service, "Sizes.Length", new string('x', FiveMegaBytes))).Should().Be("5000000");
    }

    [Theory]
    [InlineData("mucp", ServerFlag, ClientFlag)]
    [InlineData("mucp", ClientFlag, ServerFlag)]
    [InlineData("grpc", ServerFlag, ClientFlag)]
    [InlineData("grpc", ClientFlag, ServerFlag)]
    public async Task Call_OneFlagIsMissing_ErrorsOfBothDirectionsNameIt(string protocol, string given, string missing)
    {
        await using var service = await StartAsync(protocol, $"{given}=8MiB");

        (await ErrorOfAsync(service, "Sizes.Reply", "5000000")).Should().Contain(missing);
        (await ErrorOfAsync(service, "Sizes.Length", new string('x', FiveMegaBytes))).Should().Contain(missing);
        (await CallAsync(service, "Sizes.Length", "x")).Should().Be("1");
    }

    private static async Task<MicroService> StartAsync(string protocol, params string[] flags)
    {
        var service = TestService.Create(static options => options.Name("sizes"), [.. flags, $"--client={protocol}"]);
        service.Handle<string, string>("Sizes.Reply", static (length, _) => Task.FromResult(new string('x', int.Parse(length, System.Globalization.CultureInfo.InvariantCulture))));
        service.Handle<string, string>("Sizes.Length", static (text, _) => Task.FromResult(text.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await service.StartAsync();
        return service;
    }

    private static Task<string> CallAsync(MicroService service, string endpoint, string text) => service.Client.CallAsync<string, string>("sizes", endpoint, text);

    private static async Task<string> ErrorOfAsync(MicroService service, string endpoint, string text) =>
        (await FluentActions.Awaiting(() => CallAsync(service, endpoint, text)).Should().ThrowAsync<MicroException>()).Which.Detail;
}
