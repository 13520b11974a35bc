using System.Net;
using System.Text;
using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Registry.Consul;
using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Consul's JSON: S7, S17.</summary>
public sealed class ConsulAnswerTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly Uri Agent = new("http://127.0.0.1:8500");
    private static readonly HealthReader Reader = new(new ConsulRegistryOptions(), ConsulBackend.SkipsTo(NullLogger.Instance, TimeProvider.System));

    private protected override FuzzTarget Target { get; } = new(
        "consul-answer",
        Decode,
        [.. RecordedBytes.Members("consul", "body_json").Select(static body => Encoding.UTF8.GetBytes(body.GetRawText())).Where(static body => body.Length < 32 * 1024)])
    {
        Declared = [typeof(RegistryUnavailableException)],
        AllocationCap = 16 * RecordCompression.MaxUnpackedBytes,
    };

    private static void Decode(byte[] input)
    {
        var response = new ConsulResponse(Agent, HttpStatusCode.OK, input);
        _ = response.Text;
        switch (input.Length % 8)
        {
            case 0:
                _ = response.Read(ConsulJsonContext.Default.DictionaryStringIReadOnlyListString);
                break;
            case 1:
                _ = response.Read(ConsulJsonContext.Default.AgentInstance);
                break;
            case 2:
                _ = response.Read(ConsulJsonContext.Default.ListAuthorization);
                break;
            default:
                _ = Reader.Read("greeter", response.Read(ConsulJsonContext.Default.ListHealthEntry));
                break;
        }
    }
}
