using System.CommandLine;
using Micro.Settings;

namespace Micro.Tests.Cli;

[Collection(ConsoleCollection.Name)]
public sealed class HelpTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Run_Help_PrintsEverySettingAndStartsNothing(string flag)
    {
        var started = false;
        var service = TestService.Create(
            options => options
                .Name("greeter")
                .Flags(new Option<int>("--port_of_mine") { Description = "my own flag" })
                .BeforeStart((_, _) =>
                {
                    started = true;
                    return Task.CompletedTask;
                }),
            [flag]);

        var (code, output, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(0);
        error.Should().BeEmpty();
        started.Should().BeFalse();
        output.Should().StartWith("greeter:").And.Contain("my own flag");
        foreach (var setting in SettingsTable.All)
        {
            output.Should().Contain(setting.EnvironmentVariable);
        }
    }

    [Fact]
    public async Task Run_HelpWithMistakes_HelpsFirst()
    {
        var (code, output, _) = await ConsoleCollection.RunAsync(TestService.Create(args: ["--bogus", "--help"]));

        code.Should().Be(0);
        output.Should().Contain("--registry=");
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task Run_VersionSet_PrintsIt(string flag)
    {
        var (code, output, _) = await ConsoleCollection.RunAsync(TestService.Create(options => options.Name("greeter").Version("1.2.3"), [flag]));

        code.Should().Be(0);
        output.Trim().Should().Be("greeter 1.2.3");
    }

    [Fact]
    public async Task Run_VersionNotSet_IsAnUnknownFlag() =>
        (await ConsoleCollection.RunAsync(TestService.Create(args: ["--version"]))).Code.Should().Be(2);

    [Fact]
    public void Action_OwnFlag_IsReadBeforeAnythingIsMade()
    {
        var flag = new Option<string>("--tenant");
        var service = TestService.Create(
            options => options.Flags(flag).Action(parsed => options.Name($"greeter-{parsed.GetValue(flag)}")),
            ["--tenant=blue"]);

        service.Name.Should().Be("greeter-blue");
    }

    [Fact]
    public async Task Action_OwnFlagIsWrong_IsWrongInput()
    {
        var service = TestService.Create(
            options => options.Flags(new Option<int>("--count")),
            ["--count=many"]);

        (await ConsoleCollection.RunAsync(service)).Code.Should().Be(2);
    }
}
