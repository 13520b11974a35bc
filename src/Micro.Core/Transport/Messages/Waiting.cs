using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Micro.Transport.Messages;

/// <summary>
/// An awaitable of a connection's loop that runs queued work on the current thread while the read is pending. The loop
/// continues on another thread, so blocking work does not delay the next message. For the outermost loop only: methods
/// between it and the wait would not have returned yet.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Waiting(ValueTask<bool> waiting, IRunnable meanwhile)
{
    public Awaiter GetAwaiter() => new(waiting.ConfigureAwait(false).GetAwaiter(), meanwhile);

    [StructLayout(LayoutKind.Auto)]
    public readonly struct Awaiter(ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter waiting, IRunnable meanwhile) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => waiting.IsCompleted;

#pragma warning disable VSTHRD002 // Called by the awaiter after completion.
        public bool GetResult() => waiting.GetResult();
#pragma warning restore VSTHRD002

        public void OnCompleted(Action continuation)
        {
            waiting.OnCompleted(continuation);
            meanwhile.Run();
        }

        public void UnsafeOnCompleted(Action continuation)
        {
            waiting.UnsafeOnCompleted(continuation);
            meanwhile.Run();
        }
    }
}
