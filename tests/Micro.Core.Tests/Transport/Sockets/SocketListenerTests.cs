using System.Net;
using System.Net.Sockets;

namespace Micro.Transport.Sockets;

/// <summary>Tests how many bytes the system buffers for a client that does not read.</summary>
public sealed class SocketListenerTests
{
    [SkippableFact]
    public async Task Accept_ClientReadsNothing_SystemTakesFewBytes()
    {
        Skip.IfNot(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "the system has no such limit");
        const int Piece = 16 * 1024;
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync((IPEndPoint)listener.EndPoint);
        await using var connection = (await listener.AcceptAsync())!;

        var taken = 0;
        var piece = new byte[Piece];
        while (taken < 4 * 1024 * 1024 && await IsTakenAsync())
        {
            taken += Piece;
        }

        // 64 KB more wait in the pipe.
        taken.Should().BeInRange(128 * 1024, 384 * 1024);
        connection.Abort();

        async Task<bool> IsTakenAsync()
        {
            var writing = connection.Transport.Output.WriteAsync(piece).AsTask();
            return await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1))) == writing;
        }
    }
}
