using System.Buffers;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Basics;

/// <summary>A growing buffer over pooled memory. Not safe for concurrent use.</summary>
internal sealed class PooledBufferWriter(int initialCapacity) : IBufferWriter<byte>, IResettable, IDisposable
{
    /// <summary>A buffer above this size goes back to the pool when it is cleared, so that one big message does not hold memory.</summary>
    private const int MaxKeptBytes = 64 * 1024;

    private const int DefaultCapacity = 1024;

    /// <summary>Rented with the first byte: idle connections hold no memory.</summary>
    private byte[] _buffer = [];
    private int _written;

    public PooledBufferWriter()
        : this(DefaultCapacity)
    {
    }

    public int WrittenCount => _written;

    /// <summary>Gets the size of the rented memory.</summary>
    public int Capacity => _buffer.Length;

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _written);

    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _written);

    /// <summary>Returns written bytes for later changes.</summary>
    public Span<byte> WrittenSpanAt(int start, int length) => _buffer.AsSpan(0, _written).Slice(start, length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _written);
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_written);
    }

    /// <summary>Removes everything after the first <paramref name="count"/> bytes.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _written);
        _written = count;
    }

    public void Clear()
    {
        _written = 0;
        if (_buffer.Length > MaxKeptBytes)
        {
            Release();
        }
    }

    /// <summary>Returns the memory to the pool until the next byte is written.</summary>
    public void Release()
    {
        var buffer = _buffer;
        _buffer = [];
        _written = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public bool TryReset()
    {
        Clear();
        return true;
    }

    public void Dispose() => Release();

    private void Reserve(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (needed <= _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(initialCapacity, _buffer.Length * 2)));
        _buffer.AsSpan(0, _written).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
