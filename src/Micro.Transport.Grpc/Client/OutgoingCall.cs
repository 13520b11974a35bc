using System.Diagnostics.CodeAnalysis;
using Micro.Client;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// One attempt on its way through the gRPC library: what the library's request lacks, and what is learned of the answer.
/// </summary>
internal sealed class OutgoingCall(CallFormat format, TimeSpan timeout, CallMetadata? metadata, ResponseMetadata? report)
{
    private volatile bool _hasBegun;

    public CallFormat Format => format;

    /// <summary>Gets the time limit sent to the server; zero sends none.</summary>
    public TimeSpan Timeout => timeout;

    public CallMetadata? Metadata => metadata;

    /// <summary>Gets where headers and trailers of the answer are reported; <see langword="null"/> when nobody reads them.</summary>
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

    /// <summary>Gets whether any of the request can have left; before that no server can have executed the call.</summary>
    public bool HasBegun => Messages?.HasBegun ?? _hasBegun;

    /// <summary>Notes that the library takes the message to send it.</summary>
    public void Begin() => _hasBegun = true;
}
