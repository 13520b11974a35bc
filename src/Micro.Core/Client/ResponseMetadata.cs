namespace Micro.Client;

/// <summary>
/// Receives the headers and trailers that the server sends with its answer to one call: set a new instance as
/// <see cref="CallOptions.ResponseMetadata"/> of each call. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Binary values stay base64, several values of one name are joined by commas. Headers and trailers are kept up to 8 KiB
/// each; the rest is dropped.
/// </remarks>
public sealed class ResponseMetadata
{
    private TaskCompletionSource<CallMetadata>? _waiting;
    private CallMetadata? _headers;
    private CallMetadata _trailers = CallMetadata.Empty;
    private IAnswer? _answer;
    private IAnswer? _ended;
    private volatile bool _isComplete;

    /// <summary>
    /// Gets the response headers without those of the protocol itself. Completes when the server has sent them, at the
    /// latest with the end of the call; empty when the server sent none or was not reached. Never fails.
    /// </summary>
    public Task<CallMetadata> Headers
    {
        get
        {
            if (_waiting is null
                && Interlocked.CompareExchange(ref _waiting, new TaskCompletionSource<CallMetadata>(TaskCreationOptions.RunContinuationsAsynchronously), null) is null)
            {
                Publish();
            }

            return _waiting.Task;
        }
    }

    /// <summary>Gets the response trailers, of a failed call too; empty before the end of the call.</summary>
    public CallMetadata Trailers
    {
        get
        {
            if (Volatile.Read(ref _ended) is { } ended)
            {
                Volatile.Write(ref _trailers, ended.ReadTrailers());
                Interlocked.CompareExchange(ref _ended, null, ended);
            }

            return Volatile.Read(ref _trailers);
        }
    }

    /// <summary>Stores the headers and trailers of a mucp reply; the first headers and the last trailers count.</summary>
    internal void Take(Transport.Messages.MessageHead reply)
    {
        var (headers, trailers) = reply.ReadResponseMetadata();
        Volatile.Write(ref _trailers, trailers ?? CallMetadata.Empty);
        Interlocked.CompareExchange(ref _headers, headers ?? CallMetadata.Empty, null);
        Publish();
    }

    /// <summary>Stores the headers of the answer to an attempt when it arrives; the first answer with headers counts.</summary>
    internal void Follow(IAnswer answer)
    {
        if (_answer?.ReadHeaders() is null)
        {
            Interlocked.Exchange(ref _answer, answer);
            Publish();
        }
    }

    /// <summary>Stores the trailers of an attempt that has ended; the last attempt counts.</summary>
    internal void End(IAnswer answer) => Volatile.Write(ref _ended, answer);

    /// <summary><see langword="true"/> while a failure does not end the call, because its owner repeats it.</summary>
    internal bool IsRepeated { get; set; }

    /// <summary>Marks the call as ended: no further headers arrive.</summary>
    internal void Complete()
    {
        if (!IsRepeated)
        {
            _isComplete = true;
            Interlocked.MemoryBarrier();
            Publish();
        }
    }

    /// <summary>Completes the waiting task if the headers are known. Called after each change of either.</summary>
    private void Publish()
    {
        if (Volatile.Read(ref _waiting) is not { Task.IsCompleted: false } waiting)
        {
            return;
        }

        var answer = Volatile.Read(ref _answer);
        if ((Volatile.Read(ref _headers) ?? answer?.ReadHeaders() ?? (_isComplete ? CallMetadata.Empty : null)) is { } headers)
        {
            waiting.TrySetResult(headers);
        }
        else if (answer is { Head.IsCompleted: false })
        {
            _ = PublishAfterAsync(answer.Head);
        }
    }

    private async Task PublishAfterAsync(Task head)
    {
        await head.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Publish();
    }
}
