using System.Diagnostics.CodeAnalysis;
using Micro.Client;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// One attempt in the gRPC library: the data that the library's request lacks, and the answer.
/// </summary>
internal sealed class OutgoingCall(CallFormat format, TimeSpan timeout, CallMetadata? metadata, ResponseMetadata? report) : IAnswer
{
    /// <summary>The handler resends a request that the server refused unprocessed once, as gRPC clients do (gRPC A6).</summary>
    private const int MaxSends = 2;

    private int _sendings;

    public CallFormat Format => format;

    /// <summary>Gets or sets the time limit sent to the server; zero sends none.</summary>
    public TimeSpan Timeout { get; set; } = timeout;

    public CallMetadata? Metadata => metadata;

    /// <summary>Gets whether gRPC's own headers suffice for the node, as they do for nodes of this framework.</summary>
    public bool NeedsOnlyGrpcHeaders { get; init; }

    /// <summary>Gets the receiver of the answer's headers and trailers; <see langword="null"/> when they are not used.</summary>
    public ResponseMetadata? Report => report;

    /// <summary>Gets or sets the encoded message that is sent next, without its frame.</summary>
    public ReadOnlyMemory<byte> Message { get; set; }

    /// <summary>Gets the body of a stream; <see langword="null"/> for a unary call.</summary>
    public MessagesContent? Messages { get; init; }

    /// <summary>Gets or sets the exchange; <see langword="null"/> before it has begun.</summary>
    public Task<HttpResponseMessage>? Exchange { get; set; }

    /// <summary>Gets the answer; <see langword="null"/> when its head has not come.</summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "The task has completed.")]
    public HttpResponseMessage? Answer => Exchange is { IsCompletedSuccessfully: true } exchange ? exchange.Result : null;

    Task IAnswer.Head => Exchange ?? Task.CompletedTask;

    /// <summary>Gets whether any of the request can have left; before that no server can have executed the call.</summary>
    public bool HasBegun => Messages?.HasBegun ?? Volatile.Read(ref _sendings) > 0;

    /// <summary>Counts a send of the message; <see langword="false"/> when the limit is reached.</summary>
    public bool TryBegin() => Messages is not null || Interlocked.Increment(ref _sendings) <= MaxSends;

    /// <summary>Returns the headers of an answer that has begun; an answer of trailers alone has none.</summary>
    CallMetadata? IAnswer.ReadHeaders() =>
        Answer is { } answer && !ResponseStatus.IsTrailersOnly(answer) ? AnswerMetadata.ToCallMetadata(answer.Headers) : null;

    CallMetadata IAnswer.ReadTrailers() =>
        Answer is { } answer ? AnswerMetadata.ToCallMetadata(ResponseStatus.EndFields(answer)) : CallMetadata.Empty;
}
