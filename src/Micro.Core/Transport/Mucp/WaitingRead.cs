using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Micro.Transport.Mucp;

/// <summary>
/// A read that, once it has to wait for bytes, lets its thread do what the connection has to do meanwhile. The read is
/// under way by then and goes on upon another thread: what blocks here does not keep the next message from being read.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct WaitingRead(ValueTask<ReadResult> read, Action? meanwhile)
{
    public Awaiter GetAwaiter() => new(read.ConfigureAwait(false).GetAwaiter(), meanwhile);

    [StructLayout(LayoutKind.Auto)]
    public readonly struct Awaiter(ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter read, Action? meanwhile) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => read.IsCompleted;

#pragma warning disable VSTHRD002 // An awaiter's own: called when it has completed.
        public ReadResult GetResult() => read.GetResult();
#pragma warning restore VSTHRD002

        public void OnCompleted(Action continuation)
        {
            read.OnCompleted(continuation);
            meanwhile?.Invoke();
        }

        public void UnsafeOnCompleted(Action continuation)
        {
            read.UnsafeOnCompleted(continuation);
            meanwhile?.Invoke();
        }
    }
}
