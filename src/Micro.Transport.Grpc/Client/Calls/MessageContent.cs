using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>
/// The one message of a unary call, in its frame. The handler may still be sending when an early answer has ended the
/// call, and may send again after a refusal: the memory goes back to the pool when neither call nor sending uses it.
/// </summary>
internal sealed class MessageContent : HttpContent
{
    private readonly byte[] _buffer;
    private readonly int _length;
    private int _users = 1;
    private volatile bool _hasBegun;

    /// <param name="message">The message without its frame; copied.</param>
    public MessageContent(ReadOnlySpan<byte> message)
    {
        _length = FrameWriter.PrefixLength + message.Length;
        _buffer = ArrayPool<byte>.Shared.Rent(_length);
        _buffer[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(1), (uint)message.Length);
        message.CopyTo(_buffer.AsSpan(FrameWriter.PrefixLength));
    }

    /// <summary>Whether any of the message can have left; before that no server can have executed the call.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Ends the call's use of the memory; call it once.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!TryUse())
        {
            throw new OperationCanceledException("the call has ended");
        }

        try
        {
            _hasBegun = true;
            await stream.WriteAsync(_buffer.AsMemory(0, _length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Release();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private bool TryUse()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }
}
