using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Server.Peers;
using Micro.Transport;
using Microsoft.AspNetCore.Connections;

namespace Micro.Server.Mucp;

/// <summary>Sends the replies of one connection and measures how long its client leaves them unread.</summary>
internal sealed class ReplySink(ProtocolHost host, ConnectionContext connection, Peer peer) : IByteSink
{
    /// <summary>Bytes sent at once: the client has <see cref="TransportLimits.WriteTimeout"/> to read each piece.</summary>
    private const int SendBytes = 64 * 1024;

    /// <summary>Time limit for a client to read its replies while its address is above its share.</summary>
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(2);

    private long _waitsSince = long.MaxValue;

    /// <summary>Returns whether the client reads its replies too slowly.</summary>
    public bool IsLate(long now)
    {
        var time = host.Limits.WriteTimeout;
        if (time > ShortTime && host.Held.IsExceededBy(peer))
        {
            time = ShortTime;
        }

        return now - Volatile.Read(ref _waitsSince) > host.TimeProvider.Units(time);
    }

    public void OnSending(bool waits) => Volatile.Write(ref _waitsSince, waits ? host.Pauses.RunningTime() : long.MaxValue);

    public void OnWaiting(long bytes) => host.Held.CountUntaken(peer, bytes);

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
