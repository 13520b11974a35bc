namespace Micro.Client;

/// <summary>
/// Receives the headers and trailers that the server sends with its answer to one call: set an instance of its own as
/// <see cref="CallOptions.ResponseMetadata"/> of each call. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Binary values stay base64, several values of one name have commas between them. Headers and trailers are kept up to 8 KiB
/// each; what exceeds that is left out.
/// </remarks>
public sealed class ResponseMetadata
{
    private readonly TaskCompletionSource<CallMetadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CallMetadata _trailers = CallMetadata.Empty;

    /// <summary>
    /// Gets the response headers without those of the protocol itself. Completes when the server has sent them, at the
    /// latest with the end of the call; empty when the server sent none or was not reached. Never fails.
    /// </summary>
    public Task<CallMetadata> Headers => _headers.Task;

    /// <summary>Gets the response trailers, of a failed call too; empty before the end of the call.</summary>
    public CallMetadata Trailers => _trailers;

    /// <summary>Takes the headers and trailers in the head of a mucp reply.</summary>
    internal void Take(Transport.Mucp.MessageHead reply)
    {
        var (headers, trailers) = reply.ReadResponseMetadata();
        SetHeaders(headers ?? CallMetadata.Empty);
        SetTrailers(trailers ?? CallMetadata.Empty);
    }

    /// <summary>Takes the headers of the answer; the first ones count, because an answer that has begun is not retried.</summary>
    internal void SetHeaders(CallMetadata headers) => _headers.TrySetResult(headers);

    /// <summary>Takes the trailers of an attempt; those of the last attempt count.</summary>
    internal void SetTrailers(CallMetadata trailers) => _trailers = trailers;

    /// <summary><see langword="true"/> while a failure does not end the call, because its owner makes it again.</summary>
    internal bool IsRepeated { get; set; }

    /// <summary>Marks the call as ended: headers that have not come will not come.</summary>
    internal void Complete()
    {
        if (!IsRepeated)
        {
            _headers.TrySetResult(CallMetadata.Empty);
        }
    }
}
