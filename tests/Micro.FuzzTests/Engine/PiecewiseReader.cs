using System.Buffers;
using System.IO.Pipelines;

namespace Micro.FuzzTests.Engine;

/// <summary>Gives bytes as a slow connection does: each read that has examined everything gets one more piece. Never waits.</summary>
internal sealed class PiecewiseReader(ReadOnlySequence<byte> bytes, int pieceBytes) : PipeReader
{
    private ReadOnlySequence<byte> _rest = bytes;
    private long _arrived = Math.Min(pieceBytes, bytes.Length);

    public override bool TryRead(out ReadResult result)
    {
        result = new ReadResult(_rest.Slice(0, _arrived), isCanceled: false, isCompleted: _arrived == _rest.Length);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        TryRead(out var result);
        return new ValueTask<ReadResult>(result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var left = _rest.Slice(0, _arrived).Slice(examined).Length;
        var taken = _rest.Slice(0, consumed).Length;
        _rest = _rest.Slice(consumed);
        _arrived -= taken;
        if (left == 0)
        {
            _arrived = Math.Min(_arrived + pieceBytes, _rest.Length);
        }
    }

    public override void CancelPendingRead()
    {
        // No read ever waits.
    }

    public override void Complete(Exception? exception = null)
    {
        // Nothing is held.
    }
}
