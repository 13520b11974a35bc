using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Micro.Transport.Messages;

/// <summary>
/// A wait of a connection's loop that, once it is under way, lends its thread to what the connection has to do. The loop
/// goes on upon another thread: what blocks here does not keep the next message from being read. For the outermost loop
/// only; methods between it and the wait would not have returned yet.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Waiting(ValueTask<bool> waiting, IRunnable meanwhile)
{
    public Awaiter GetAwaiter() => new(waiting.ConfigureAwait(false).GetAwaiter(), meanwhile);

    [StructLayout(LayoutKind.Auto)]
    public readonly struct Awaiter(ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter waiting, IRunnable meanwhile) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => waiting.IsCompleted;

#pragma warning disable VSTHRD002 // An awaiter's own: called when it has completed.
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
