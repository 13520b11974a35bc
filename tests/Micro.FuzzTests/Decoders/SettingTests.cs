using System.Text;
using Micro.Cli;
using Micro.Client;
using Micro.Server;
using Micro.Settings;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Command line and environment, one argument or <c>NAME=value</c> on each line. Mistakes are reported, never thrown.</summary>
public sealed class SettingTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly string[] Seeds =
    [
        "--registry=consul\n--registry_address=10.0.0.1:8500\n--register_ttl=20", "--server_name\ngreeter\n--client_retries\n3\n-server_version=1.2.0",
        "MICRO_REGISTRY=consul,etcd\nMICRO_REGISTRY_ADDRESS=consul=10.0.0.1,etcd=10.0.1.1\nMICRO_SERVER_METADATA=a=b,c=d", "--help\n--settings\n--registery=mdns", "--\n@file\n[parse]\n-h",
        "MICRO_REGISTER_INTERVAL=1m30s\nMICRO_LOG_LEVEL=warn\nMICRO_CLIENT_TLS=true\nMICRO_SERVER_TLS_CLIENT_CERT=require",
    ];

    private protected override FuzzTarget Target { get; } = new("setting", Decode, [.. Seeds.Select(Encoding.UTF8.GetBytes)])
    {
        AllocationCap = 4 * 1024 * 1024, // the parser of the command line is built anew
        MaxInputBytes = 2048,
        Words = [.. SettingsTable.All.SelectMany(static setting => new[] { $"\n{setting.Flag}=", $"\n{setting.EnvironmentVariable}=" }).Select(Encoding.UTF8.GetBytes)],
    };

    private static void Decode(byte[] input)
    {
        var lines = InputText.Of(input).Split('\n');
        var options = new MicroServiceOptions();
        var flags = FlagParser.Parse(options, [.. lines.Where(static line => !line.StartsWith("MICRO_", StringComparison.Ordinal))]);
        options.Environment(lines.Where(static line => line.StartsWith("MICRO_", StringComparison.Ordinal))
            .Select(static line => line.Split('=', 2))
            .Where(static pair => pair.Length == 2)
            .DistinctBy(static pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static pair => pair[0], static pair => (string?)pair[1], StringComparer.OrdinalIgnoreCase));

        var problems = new List<string>(flags.Problems);
        var target = new SettingTarget(options, new ServerOptions { Name = "fuzz" }, new ClientOptions(), ["mdns", "consul", "etcd", "memory"]);
        SettingApplier.Apply(SettingSources.Collect(options, flags.Given, problems, problems), target, problems);
        Assign(target);
    }

    private static void Assign(SettingTarget target)
    {
        try
        {
            _ = RegistryAddresses.Assign(target.RegistryAddresses, (target.Registry ?? "mdns").Split(','), target.RegistryNames);
        }
        catch (FormatException exception)
        {
            Identity.Require("the reason", false, exception.Message.Length == 0);
        }
    }
}
