using System.Buffers;
using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Micro.Server.Listening;

/// <summary>
/// A connection of which is not known yet what it speaks. Its first bytes are looked at and left where they are: the
/// preface of HTTP/2 (RFC 9113, section 3.4) stands for HTTP/2, anything else for mucp.
/// </summary>
internal sealed class OpenConnection(ProtocolHost host, ConnectionContext connection) : IReapable
{
    private long _deadline = long.MaxValue;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>
    /// Waits until it is clear; nothing for a connection that has begun to say that it is HTTP/2 when the server stops. Who
    /// sends nothing is idle; who has begun must go on within the time for a head.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool?> BeginsWithPrefaceAsync()
    {
        var input = connection.Transport.Input;
        using var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested.UnsafeRegister(
            static reader => ((System.IO.Pipelines.PipeReader)reader!).CancelPendingRead(), input);
        SetDeadline(host.Limits.IdleTimeout);
        var seen = 0L;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync().ConfigureAwait(false);
                var buffer = result.Buffer;
                var matches = Matches(buffer);
                var isDecided = !matches || buffer.Length >= Preface.Length || result.IsCompleted || result.IsCanceled;
                if (seen == 0 && buffer.Length > 0)
                {
                    seen = buffer.Length;
                    SetDeadline(host.Limits.HeaderTimeout);
                }

                // Taken are none of them: who serves the connection reads them again.
                input.AdvanceTo(buffer.Start, isDecided ? buffer.Start : buffer.End);
                if (isDecided)
                {
                    return result.IsCanceled && matches && seen > 0 && buffer.Length < Preface.Length ? null : matches && buffer.Length >= Preface.Length;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ConnectionResetException or ConnectionAbortedException or OperationCanceledException)
        {
            return false; // mucp finds the same and says why the connection ended
        }
        finally
        {
            Volatile.Write(ref _deadline, long.MaxValue);
        }
    }

    public void CutIfLate(long now)
    {
        if (Volatile.Read(ref _deadline) < now)
        {
            const string Reason = "it sent nothing, or too slowly";
            host.Logger.ConnectionCut(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), Reason);
            connection.Abort(new ConnectionAbortedException(Reason));
        }
    }

    private static bool Matches(in ReadOnlySequence<byte> buffer)
    {
        var rest = Preface;
        foreach (var segment in buffer)
        {
            var length = Math.Min(segment.Length, rest.Length);
            if (!segment.Span[..length].SequenceEqual(rest[..length]))
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    private void SetDeadline(TimeSpan after) =>
        Volatile.Write(ref _deadline, host.Pauses.RunningTime() + host.TimeProvider.Units(after));
}
