using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Micro.FunctionalTests;

/// <summary>The main job as the README shows it: processes that never heard of each other's address.</summary>
public sealed class GreeterTests
{
    private const string NeedsMulticast = "needs a network namespace with multicast on loopback: test.sh makes one as root on Linux";

    private static bool HasMulticast => Environment.GetEnvironmentVariable("MICRO_TEST_MULTICAST") == "1";

    [SkippableFact]
    public async Task Demo_ThreeNodesOneStopped_EveryNodeAnswersAndNoCallFails()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        using var demo = GreeterProcess.Start();

        var code = await demo.WaitForExitAsync();

        code.Should().Be(0, string.Join('\n', demo.Errors));
        var replies = demo.Output.Where(line => line.StartsWith("Hello ", StringComparison.Ordinal)).ToList();
        replies.Should().OnlyContain(line => Regex.IsMatch(line, "^Hello World node=greeter-\\S+ pid=\\d+$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        replies.Select(line => line.Split("pid=")[1]).Distinct().Should().HaveCount(3);
        var stopped = demo.Output.Single(line => line.StartsWith("stopping", StringComparison.Ordinal)).Split("pid=")[1];
        replies.TakeLast(10).Should().NotContain(line => line.EndsWith("pid=" + stopped, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServerAndClient_TwoProcesses_FindEachOtherOverMulticast(bool byVariable)
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        var (server, _) = await GreeterProcess.StartServerAsync($"--server_name=two.{byVariable}");
        using var serving = server;
        var environment = byVariable ? new Dictionary<string, string> { ["MICRO_REGISTRY"] = "mdns" } : [];

        foreach (var mode in new[] { "", "--stream", "--pingpong" })
        {
            using var client = GreeterProcess.Start(environment, ["client", $"--service=two.{byVariable}", "--name=Anna", "--count=3", .. mode.Length == 0 ? Array.Empty<string>() : [mode]]);
            var code = await client.WaitForExitAsync();

            code.Should().Be(0, string.Join('\n', client.Errors));
            client.Output.Should().Equal(mode switch
            {
                "--stream" => ["0", "1", "2"],
                "--pingpong" => ["1", "2", "3"],
                _ => ["Hello Anna", "Hello Anna", "Hello Anna"],
            });
        }

        server.Terminate();
        (await server.WaitForExitAsync()).Should().Be(0);
    }

    [SkippableFact]
    public async Task Client_OneOfThreeServersKilled_NoCallFails_R3()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        const int Calls = 10_000;
        var servers = new List<GreeterProcess>();
        for (var number = 0; number < 3; number++)
        {
            servers.Add((await GreeterProcess.StartServerAsync("--server_name=killed")).Process);
        }

        using var client = GreeterProcess.Start("client", "--service=killed", $"--count={Calls}");
        await Testing.Eventually.TrueAsync(() => client.Output.Count > 200, "the client calls");
        servers[0].Kill();

        var code = await client.WaitForExitAsync();

        code.Should().Be(0, string.Join('\n', client.Errors));
        client.Output.Should().HaveCount(Calls);
        servers.ForEach(server => server.Dispose());
    }

    [SkippableFact]
    public async Task Server_CalledWithCurl_AnswersJsonAndHealth()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        var (server, address) = await GreeterProcess.StartServerAsync("--server_name=curled");
        using var serving = server;

        (await CurlAsync("-H", "Micro-Service: greeter", "-H", "Micro-Endpoint: Greeter.Hello", "-H", "Content-Type: application/json", "-d", "{\"name\":\"curl\"}", $"http://{address}/"))
            .Should().Be("{\"msg\":\"Hello curl\"}\n");
        (await CurlAsync($"http://{address}/health")).Should().Contain("\"status\":\"up\"");
        (await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", $"http://{address}/health/live")).Should().Be("200");
        (await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", $"http://{address}/health/ready")).Should().Be("200");
    }

    [Theory]
    [InlineData("server --registry=nosuch", "nosuch", "consul, etcd, mdns, memory")]
    [InlineData("client --registry=nosuch", "nosuch", "consul, etcd, mdns, memory")]
    [InlineData("server --register_ttl=soon", "soon", "seconds")]
    [InlineData("server --server_address=nowhere", "nowhere", "host:port")]
    [InlineData("server --regsitry=mdns", "--regsitry", "--registry")]
    [InlineData("server --register_ttl=10:20", "10:20", "10h20m")]
    [InlineData("server --server_advertise=host:0", "host:0", "1 to 65535")]
    [InlineData("server --registry=mdns --registry_address=999.1.1.1", "999.1.1.1", "network interface")]
    [InlineData("client --count=x", "--count 'x'", "whole number from 1")]
    [InlineData("client --count=-1", "--count '-1'", "whole number from 1")]
    [InlineData("client --count=0", "--count '0'", "whole number from 1")]
    [InlineData("client --address=nowhere", "--address 'nowhere'", "host:port")]
    [InlineData("client --address=a..b:1", "--address 'a..b:1'", "host:port")]
    [InlineData("client --broker_address=x", "--broker_address", "--help")]
    public async Task WrongInput_OneLineNamingValueAndRemedy_ExitCode2(string arguments, string value, string remedy)
    {
        using var process = GreeterProcess.Start(arguments.Split(' '));

        var code = await process.WaitForExitAsync();

        code.Should().Be(2);
        process.Output.Should().BeEmpty();
        process.Errors.Should().ContainSingle().Which.Should().Contain(value).And.Contain(remedy);
    }

    [SkippableFact]
    public async Task Server_NameThatLeavesNoRoomForAnId_OneErrorLineAndExitCode2()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        using var server = GreeterProcess.Start("server", "--server_address=127.0.0.1:0", $"--server_name={new string('a', 56)}");

        (await server.WaitForExitAsync()).Should().Be(2);

        server.Errors[^1].Should().Contain("do not fit DNS").And.EndWith("choose a shorter id (--server_id)");
        server.Errors.Should().NotContain(static line => line.Contains("next attempt"));
    }

    [SkippableFact]
    public async Task Server_LongName_RegistersWithAShortId()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        var (server, _) = await GreeterProcess.StartServerAsync("--server_name=payment-reconciliation-service");
        using var serving = server;
        using var client = GreeterProcess.Start("client", "--service=payment-reconciliation-service");

        (await client.WaitForExitAsync()).Should().Be(0, string.Join('\n', client.Errors));

        client.Output.Should().Equal("Hello World");
    }

    [SkippableFact]
    public async Task Client_NoServer_OneLineAndExitCode1()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        using var client = GreeterProcess.Start("client", "--service=nobody");

        (await client.WaitForExitAsync()).Should().Be(1);

        client.Output.Should().BeEmpty();
        client.Errors.Where(static line => !line.StartsWith("info:", StringComparison.Ordinal)).Should().ContainSingle()
            .Which.Should().MatchRegex("^error 404 go\\.micro\\.client: service nobody: not found in registry mdns \\(multicast .*\\); .*--registry or MICRO_REGISTRY chooses another registry$");
    }

    [SkippableFact]
    public async Task Client_CallFails_OneLineAndExitCode1()
    {
        Skip.IfNot(HasMulticast, NeedsMulticast);
        var (server, address) = await GreeterProcess.StartServerAsync("--server_name=refusing");
        using var serving = server;
        using var client = GreeterProcess.Start("client", "--address", address, "--name", "");

        (await client.WaitForExitAsync()).Should().Be(1);

        client.Errors.Should().ContainSingle(line => line == "error 400 greeter.hello: name must not be empty");
    }

    private static async Task<string> CurlAsync(params string[] arguments)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["-s", "--max-time", "10", .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        return text;
    }
}
