using System.Net;
using System.Net.Sockets;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Tests.Cli;

/// <summary>A service whose port is somebody else's.</summary>
public sealed class PortInUseTests
{
    [Fact]
    public async Task RunAsync_PortIsTaken_OneLineWithoutStackAndExitCode1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var log = new CapturingLoggerFactory();
        var service = MicroService.Create(
            options => options.Name("greeter").HandleSignals(false).Logging(log), ["--registry=memory", $"--server_address=127.0.0.1:{port}"]);

        var exitCode = await service.RunAsync();

        exitCode.Should().Be(1);
        var line = log.Entries.Should().ContainSingle(entry => entry.Level == LogLevel.Critical).Which;
        line.Message.Should().StartWith($"Service greeter failed: 127.0.0.1:{port} is in use").And.NotContain("\n");
        line.Error.Should().BeNull();
        log.Entries.Should().Contain(entry => entry.Level == LogLevel.Debug && entry.Error is IOException, "the stack is there for those who want it");
    }
}
