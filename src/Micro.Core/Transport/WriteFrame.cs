using Micro.Basics;

namespace Micro.Transport;

/// <summary>Writes a frame into a <see cref="CoalescingWriter"/>'s buffer.</summary>
internal delegate void WriteFrame<TState>(PooledBufferWriter output, in TState state);
