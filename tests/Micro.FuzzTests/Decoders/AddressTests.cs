using System.Text;
using Micro.Registry;
using Micro.Registry.Consul.Settings;
using Micro.Registry.Etcd;
using Micro.Server;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Addresses of nodes, servers and registries.</summary>
public sealed class AddressTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly string[] Seeds =
    [
        "127.0.0.1:8080", "[::1]:80", "[fe80::1%eth0]:80", ":0", "host.example:65535", "127.0.0.1:7000-7010", "http://10.0.0.1:2379/", "https://[::1]:2379", "::1", "localhost",
        "consul=10.0.0.1:8500,10.0.0.2", "user:secret@host:80",
    ];

    private protected override FuzzTarget Target { get; } =
        new("address", Decode, [.. Seeds.Select(Encoding.UTF8.GetBytes)]) { AllocationCap = 512 * 1024, MaxInputBytes = 4096, Words = [[.. "://"u8], [.. "::"u8], [.. "]:"u8], [.. "%25"u8], [.. "@"u8], [.. "xn--"u8]] };

    private static void Decode(byte[] input)
    {
        var text = InputText.Of(input);
        if (NodeAddress.TryParse(text, out var host, out var port))
        {
            Identity.Require("readable", true, NodeAddress.TryParse(NodeAddress.Format(host, port), out var hostAgain, out var portAgain));
            Identity.Require("the host", host, hostAgain);
            Identity.Require("the port", port, portAgain);
        }

        if (ListenAddress.TryParse(text, out var listen))
        {
            Identity.Require("the order of the ports", true, listen.Value.FirstPort <= listen.Value.LastPort);
            _ = listen.Value.IsAnyHost;
        }

        if (EtcdAddress.TryParse(text, secure: false, out var member))
        {
            Identity.Require("readable", true, EtcdAddress.TryParse(Text(member), secure: false, out var again));
            Identity.Require("the member", member, again);
        }

        if (ConsulAddress.TryParse(text, "http", out var agent))
        {
            Identity.Require("readable", true, ConsulAddress.TryParse(Text(agent), "http", out var again));
            Identity.Require("the agent", agent, again);
        }

        if (ServiceRecordRules.TryValidate(new Node { Id = "n", Address = text }, out _))
        {
            // The address becomes the Host header of calls.
            Identity.Require("an address without blanks and control characters", false, text.Any(static character => char.IsControl(character) || char.IsWhiteSpace(character)));
        }
    }

    /// <summary>Returns the address with its port, which <see cref="Uri"/> leaves out when it is that of the scheme.</summary>
    private static string Text(Uri address) => $"{address.Scheme}://{NodeAddress.Format(address.DnsSafeHost, address.Port)}";
}
