using System.Net;
using Micro.Registry.Conformance;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>The rules of all registries, over real sockets on the loopback of a namespace.</summary>
[Collection("multicast")]
public sealed class MdnsRegistryConformanceTests : NetworkRegistryConformance, IAsyncLifetime
{
    private readonly List<MdnsHost> _forgers = [];

    protected override string? SkipReason => MulticastNamespace.SkipReason;

    // Records of multicast DNS have a lifetime of their own; a registration stays while its process answers.
    protected override bool Expires => false;

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        foreach (var forger in _forgers)
        {
            await forger.DisposeAsync();
        }
    }

    protected override Task<IRegistry> CreateAsync() => Task.FromResult(Create());

    protected override Task<IRegistry> CreatePeerAsync() => Task.FromResult(Create());

    protected override Task<IRegistry> CreateUnreachableAsync() =>
        Task.FromResult(MdnsRegistry.Create(new MdnsHostPool(), options => options.Interfaces.Add("nosuch0")));

    protected override Task WriteUndecodableAsync(string service)
    {
        var options = new MdnsRegistryOptions();
        var forger = new MdnsHost(
            options,
            statistics => new MdnsTransport(options, statistics, TimeProvider.System, () => 0.5, NullLogger.Instance),
            TimeProvider.System,
            () => 0.5,
            NullLogger.Instance);
        _forgers.Add(forger);
        forger.Start();
        var names = forger.Names;
        forger.Responder.Publish(
            this,
            RecordOf(service, "1", "broken"),
            new NodeRecords(names.Service(service), names.Instance(service, "broken"), "forger.", IPAddress.Loopback, 1, "ffff"u8.ToArray()));
        return Task.CompletedTask;
    }

    private static IRegistry Create() =>
        MdnsRegistry.Create(new MdnsHostPool(), options => options.Timeout = TimeSpan.FromMilliseconds(500));
}
