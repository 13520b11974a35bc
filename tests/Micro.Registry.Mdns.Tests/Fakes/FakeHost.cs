using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Tests.Fakes;

/// <summary>A registry on a <see cref="FakeLink"/> with its own engine and standing time.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    public FakeHost(FakeLink link, string address, ManualTimeProvider time, Action<MdnsRegistryOptions>? configure = null, ILoggerFactory? loggers = null)
    {
        Transport = link.Host(address);
        Registry = MdnsRegistry.Create(new MdnsHostPool(), configure, loggers, time, statistics =>
        {
            Statistics = statistics;
            return Transport;
        });
    }

    public FakeTransport Transport { get; }

    public IRegistry Registry { get; }

    public MdnsStatistics Statistics { get; private set; } = new();

    public ValueTask DisposeAsync() => Registry.DisposeAsync();
}
