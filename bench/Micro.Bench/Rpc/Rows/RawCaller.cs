using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Micro.Bench.Rpc.Rows;

/// <summary>Sends the bytes of a batch of requests, and waits for those of their replies.</summary>
internal sealed class RawCaller(Socket socket, int batch, int request, int reply) : ICaller
{
    private readonly byte[] _output = new byte[batch * request];
    private readonly byte[] _input = new byte[batch * reply];

    public static async Task<RawCaller> ConnectAsync(IPEndPoint address, int batch, int request, int reply)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address);
        return new RawCaller(socket, batch, request, reply);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> CallAsync()
    {
        for (var sent = 0; sent < _output.Length;)
        {
            sent += await socket.SendAsync(_output.AsMemory(sent), CancellationToken.None);
        }

        for (var received = 0; received < _input.Length;)
        {
            var bytes = await socket.ReceiveAsync(_input.AsMemory(received), CancellationToken.None);
            received += bytes > 0 ? bytes : throw new IOException("the raw server closed the connection");
        }

        return batch;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
