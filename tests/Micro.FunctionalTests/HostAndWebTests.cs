using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Micro.FunctionalTests;

/// <summary>The sample with a web application and a service in one process, as its users run it.</summary>
public sealed partial class HostAndWebTests
{
    [Fact]
    public async Task HostAndWeb_BothPortsAnswer_AndTermStopsItInOrder()
    {
        using var process = GreeterProcess.StartSample(
            "HostAndWeb.dll",
            new Dictionary<string, string> { ["MICRO_REGISTRY"] = "memory", ["MICRO_SERVER_METADATA"] = "rack=7" },
            "--urls=http://127.0.0.1:0",
            "--server_address=127.0.0.1:0",
            "--server_drain_delay=100ms");
        await Testing.Eventually.TrueAsync(() => Said(process, "Application started"), $"it starts; it said: {Text(process)}", seconds: 60);
        var web = Web().Match(Text(process)).Groups[1].Value;
        var service = Service().Match(Text(process)).Groups[1].Value;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        (await http.GetStringAsync($"{web}/hello/Anna")).Should().Be("Hello Anna, you are number 1");
        using var call = new HttpRequestMessage(HttpMethod.Post, $"http://{service}/") { Content = new ByteArrayContent("{\"name\":\"Bert\"}"u8.ToArray()) };
        call.Content.Headers.ContentType = new("application/json");
        call.Headers.Add("Micro-Endpoint", "Greeter.Hello");
        using var answer = await http.SendAsync(call);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("Hello Bert, you are number 2");
        using var ready = await http.GetAsync($"{web}/health/ready");
        ready.StatusCode.Should().Be(HttpStatusCode.OK);
        (await http.GetStringAsync($"http://{service}/health")).Should().Contain("\"registered\"");
        var settings = JsonDocument.Parse(await http.GetStringAsync($"{web}/settings")).RootElement.EnumerateArray()
            .ToDictionary(setting => setting.GetProperty("name").GetString()!, setting => (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString()));
        settings["registry"].Should().Be(("memory", "MICRO_REGISTRY"));
        settings["register_ttl"].Should().Be(("30s", "Micro:RegisterTtl in appsettings.json"));
        settings["server_drain_delay"].Should().Be(("100ms", "--server_drain_delay"));
        settings["server_metadata"].Should().Be(("rack=7,zone=here", "Micro:ServerMetadata in appsettings.json, MICRO_SERVER_METADATA"));
        settings["server_name"].Should().Be(("greeter", "code"));

        process.Terminate();

        (await process.WaitForExitAsync()).Should().Be(0);
        Text(process).Should().Contain("Deregistering node");
    }

    [Fact]
    public async Task HostAndWeb_WrongSettings_EndsWithOneLineOfAllOfThem()
    {
        var (code, process) = await RunAsync(
            new() { ["MICRO_REGISTRY"] = "nosuch", ["Micro__RegisterTll"] = "5" }, "--urls=http://127.0.0.1:0", "--client_retries=-1");

        code.Should().Be(2);
        process.Errors.Should().ContainSingle().Which.Should().StartWith("greeter: ")
            .And.Contain("unknown registry 'nosuch'")
            .And.Contain("unknown key 'Micro__RegisterTll': did you mean 'Micro:RegisterTtl'?")
            .And.Contain("number '-1' must not be negative (from --client_retries)");
        Text(process).Should().NotContain("Application started").And.NotContain("   at ").And.NotContain("Unhandled");
    }

    [Fact]
    public async Task HostAndWeb_MisspeltFlag_EndsWithOneLine()
    {
        var (code, process) = await RunAsync([], "--urls=http://127.0.0.1:0", "--regstry=memory");

        code.Should().Be(2);
        process.Errors.Should().Equal("greeter: unknown flag '--regstry': did you mean '--registry'? (a flag of the application needs IgnoreUnknownFlags())");
        Text(process).Should().NotContain("warn:").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("--settings")]
    [InlineData("--register_ttl=50 --settings")]
    [InlineData("--settings --register_ttl=50")]
    [InlineData("--settings --register_ttl 50")]
    public async Task HostAndWeb_Settings_PrintsThemAndStartsNothing(string arguments)
    {
        var (code, process) = await RunAsync([], [.. arguments.Split(' '), "--urls=http://127.0.0.1:0"]);

        code.Should().Be(0);
        process.Errors.Should().BeEmpty();
        process.Output.Should().Contain(line => Words().Replace(line, " ") == (arguments.Contains('=') || arguments.Contains(" 50") ? "register_ttl 50s --register_ttl" : "register_ttl 30s Micro:RegisterTtl in appsettings.json"));
        Text(process).Should().NotContain("Hosting").And.NotContain("Listening");
    }

    [Fact]
    public async Task HostAndWeb_Help_PrintsItAndStartsNothing()
    {
        var (code, process) = await RunAsync(new() { ["MICRO_CLIENT_RETRIES"] = "-1" }, "--help");

        code.Should().Be(0);
        process.Output[0].Should().Be("greeter: a Micro service");
        Text(process).Should().Contain("--registry=<").And.NotContain("Hosting").And.NotContain("one or two dashes");
    }

    private static async Task<(int Code, GreeterProcess Process)> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = GreeterProcess.StartSample("HostAndWeb.dll", environment, arguments);
        return (await process.WaitForExitAsync(), process);
    }

    private static bool Said(GreeterProcess process, string text) => process.Output.Any(line => line.Contains(text, StringComparison.Ordinal));

    private static string Text(GreeterProcess process) => string.Join('\n', [.. process.Output, .. process.Errors]);

    [GeneratedRegex(" +")]
    private static partial Regex Words();

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Web();

    [GeneratedRegex(@"Transport \[http\] Listening on (\S+)")]
    private static partial Regex Service();
}
