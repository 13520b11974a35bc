using System.Buffers.Binary;
using System.Text;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// Inspects the first frames of a new HTTP/2 connection for a refusal of the server (GOAWAY with INADEQUATE_SECURITY,
/// RFC 9113, sections 6.8 and 7), whose text the handler never reports.
/// </summary>
internal sealed class RefusalWatch(NodeConnections owner)
{
    private const int FrameHead = 9;
    private const int Settings = 4;
    private const int GoAway = 7;
    private const int InadequateSecurity = 0xc;

    private byte[]? _seen = new byte[1024];
    private int _count;

    /// <summary>Gets whether the inspection is complete.</summary>
    public bool IsDone => _seen is null;

    /// <summary>Inspects received bytes.</summary>
    public void Inspect(ReadOnlySpan<byte> bytes)
    {
        if (_seen is not { } seen)
        {
            return;
        }

        bytes = bytes[..Math.Min(bytes.Length, seen.Length - _count)];
        bytes.CopyTo(seen.AsSpan(_count));
        _count += bytes.Length;
        if (Decide(seen.AsSpan(0, _count), out var refusal))
        {
            _seen = null;
            owner.OnFirstFrames(refusal);
        }
    }

    /// <summary>Records the reason for the end of TLS, if it is a refusal.</summary>
    public void Inspect(string? refusal)
    {
        if (refusal is not null)
        {
            _seen = null;
            owner.OnFirstFrames(refusal);
        }
    }

    private static bool Decide(ReadOnlySpan<byte> bytes, out string? refusal)
    {
        refusal = null;
        if (!TryReadFrame(bytes, out var type, out var length))
        {
            return false;
        }

        if (type == Settings && length == 0)
        {
            // A refusing server may skip its settings.
            bytes = bytes[FrameHead..];
            if (!TryReadFrame(bytes, out type, out length))
            {
                return false;
            }
        }

        if (type != GoAway)
        {
            return true;
        }

        var whole = FrameHead + length;
        if (bytes.Length < whole && whole <= 512)
        {
            return false;
        }

        var frame = bytes[..Math.Min(whole, bytes.Length)];
        if (frame.Length >= FrameHead + 8 && BinaryPrimitives.ReadInt32BigEndian(frame[(FrameHead + 4)..]) == InadequateSecurity)
        {
            refusal = Encoding.UTF8.GetString(frame[(FrameHead + 8)..]);
        }

        return true;
    }

    private static bool TryReadFrame(ReadOnlySpan<byte> bytes, out int type, out int length)
    {
        (type, length) = bytes.Length < FrameHead ? (0, 0) : (bytes[3], (bytes[0] << 16) | (bytes[1] << 8) | bytes[2]);
        return bytes.Length >= FrameHead;
    }
}
