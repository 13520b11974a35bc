using System.Runtime.CompilerServices;
using Micro.Transport.Peers;
using Microsoft.AspNetCore.Connections;

namespace Micro.Transport.Mucp;

/// <summary>Sends the replies of one connection, and knows how long its client lets them wait.</summary>
internal sealed class ReplySink(MucpServer server, ConnectionContext connection, Peer peer) : IByteSink
{
    /// <summary>Bytes that are sent in one piece: the client has <see cref="TransportLimits.WriteTimeout"/> for each.</summary>
    private const int SendBytes = 64 * 1024;

    /// <summary>How long a client may let them wait while its address holds more than its room.</summary>
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(2);

    private long _waitsSince = long.MaxValue;

    /// <summary>Tells whether the client takes its replies too slowly.</summary>
    public bool IsLate(long now)
    {
        var time = server.Limits.WriteTimeout;
        if (time > ShortTime && server.Held.IsExceededBy(peer))
        {
            time = ShortTime;
        }

        return now - Volatile.Read(ref _waitsSince) > server.TimeProvider.Units(time);
    }

    public void OnSending(bool waits) => Volatile.Write(ref _waitsSince, waits ? server.Pauses.RunningTime() : long.MaxValue);

    public void OnWaiting(long bytes) => server.Held.CountUntaken(peer, bytes);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            var part = bytes[..Math.Min(bytes.Length, SendBytes)];
            var result = await connection.Transport.Output.WriteAsync(part).ConfigureAwait(false);
            if (result.IsCompleted)
            {
                throw new IOException("the client closed the connection");
            }

            bytes = bytes[part.Length..];
            if (bytes.IsEmpty)
            {
                return;
            }

            if (Volatile.Read(ref _waitsSince) != long.MaxValue)
            {
                OnSending(true);
            }
        }
    }
}
