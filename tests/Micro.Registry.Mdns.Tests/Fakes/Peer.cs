using System.Net;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Tests.Fakes;

/// <summary>Messages of a go-micro peer that a test plays.</summary>
internal static class Peer
{
    public static readonly MdnsNames Names = new("micro");

    public static NodeRecords Node(
        string id, string service = "greeter", string version = "1.0.0", string address = "10.0.0.9", int port = 9001, TxtPayload? payload = null) => new(
        Names.Service(service),
        Names.Instance(service, id),
        "peer.",
        IPAddress.Parse(address),
        (ushort)port,
        (payload ?? new TxtPayload { Service = service, Version = version, Metadata = new Dictionary<string, string> { ["protocol"] = "mucp" } }).Pack());

    public static IPEndPoint At(string address, int port = 5353) => new(IPAddress.Parse(address), port);
}
