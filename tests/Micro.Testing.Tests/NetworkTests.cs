using System.Net.NetworkInformation;
using Micro.Client;
using Micro.Testing.Network;
using Micro.Transport;

namespace Micro.Testing.Tests;

/// <summary>Tests that the network in memory behaves like sockets.</summary>
public sealed class NetworkTests
{
    [Fact]
    public async Task Start_InMemory_OpensNoPort()
    {
        await using var host = new MicroTestHost();
        var service = await host.StartEchoAsync();
        var port = int.Parse(service.Server.Address!.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);

        await using var second = new MicroTestHost();
        var same = await second.StartEchoAsync(configure: options => options.Address($"127.0.0.1:{port}"));

        same.Server.Address.Should().Be(service.Server.Address, "a port of one network says nothing of another's");
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Should().NotContain(listener => listener.Port == port);
    }

    [Fact]
    public async Task Start_PortInUse_FailsAndARangeUsesTheNext()
    {
        await using var host = new MicroTestHost();
        await host.StartEchoAsync(configure: options => options.Address("127.0.0.1:7000"));

        var act = () => host.StartEchoAsync(configure: options => options.Address("127.0.0.1:7000"));
        await act.Should().ThrowAsync<IOException>();
        var next = await host.StartEchoAsync(configure: options => options.Address("127.0.0.1:7000-7009"));

        next.Server.Address.Should().Be("127.0.0.1:7001");
    }

    [Fact]
    public async Task Start_StoppedBefore_TakesItsPortAgain()
    {
        await using var host = new MicroTestHost();
        var service = await host.StartEchoAsync(configure: options => options.Address("127.0.0.1:7000"));
        await service.StopAsync();

        await service.StartAsync();

        await host.WaitUntilRegisteredAsync("echo");
        (await host.Client.SayAsync("x", new CallOptions { Addresses = ["127.0.0.1:7000"] })).Text.Should().Be("x");
    }

    [Fact]
    public async Task Start_WithTlsInMemory_ErrorHasTheRemedy()
    {
        using var authority = System.Security.Cryptography.ECDsa.Create();
        using var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=test", authority, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = new MicroTestHost();

        var act = () => host.StartEchoAsync(configure: options => options.ServerOptions(server => server.Tls = new ServerTlsOptions { Certificate = certificate }));

        await act.Should().ThrowAsync<InvalidOperationException>().WithMessage("*carries no TLS*let the test use sockets*");
    }

    [Fact]
    public async Task Queue_MoreThanItHolds_WriterWaitsForTheReader()
    {
        var queue = new ByteQueue();
        var bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);

        var writing = queue.WriteAsync(bytes, CancellationToken.None).AsTask();
        writing.IsCompleted.Should().BeFalse();
        var read = new List<byte>();
        var buffer = new byte[7_777];
        while (read.Count < bytes.Length)
        {
            read.AddRange(buffer.AsSpan(0, await queue.ReadAsync(buffer, CancellationToken.None)).ToArray());
        }

        await writing;
        read.Should().Equal(bytes);
    }

    [Fact]
    public async Task Queue_Ended_ReaderReadsTheRestAndTheEnd()
    {
        var queue = new ByteQueue();
        await queue.WriteAsync(new byte[3], CancellationToken.None);
        queue.End();

        (await queue.ReadAsync(Memory<byte>.Empty, CancellationToken.None)).Should().Be(0, "it only waits");
        (await queue.ReadAsync(new byte[10], CancellationToken.None)).Should().Be(3);
        (await queue.ReadAsync(new byte[10], CancellationToken.None)).Should().Be(0);
        await queue.Invoking(async ended => await ended.WriteAsync(new byte[1], CancellationToken.None)).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Queue_ResetOrAbandoned_WaiterGetsAnError()
    {
        var (reset, abandoned) = (new ByteQueue(), new ByteQueue());
        var reading = reset.ReadAsync(new byte[1], CancellationToken.None).AsTask();
        var writing = abandoned.WriteAsync(new byte[100_000], CancellationToken.None).AsTask();

        reset.Reset();
        abandoned.Abandon();

        await reading.Invoking(read => read).Should().ThrowAsync<IOException>();
        await writing.Invoking(write => write).Should().ThrowAsync<IOException>();
    }
}
