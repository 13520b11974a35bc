namespace Micro.Transport.Grpc.Client;

/// <summary>
/// Sits between the gRPC library and HTTP/2: completes the request, makes a refused stream resendable, and keeps the
/// exchange, whose answer distinguishes the server's status from the library's own.
/// </summary>
internal sealed class CallHandler(HttpMessageHandler inner, CallHeaders headers) : DelegatingHandler(inner)
{
    // The library sends the request on the thread that starts the call, before it returns.
    private readonly ThreadLocal<OutgoingCall?> _current = new();

    /// <summary>Gets or sets the call that the library is about to start on this thread.</summary>
    public OutgoingCall? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = Current ?? throw new InvalidOperationException("the gRPC library sent a request that no call has started");
        if (call.Messages is { } messages)
        {
            var source = request.Content!;
            request.Content = messages;
            headers.Write(request, call);
            call.Exchange = CommitAsync(messages, request, cancellationToken);
            _ = messages.TakeAsync(source, call.Exchange, cancellationToken);
        }
        else
        {
            headers.Write(request, call);
            call.Exchange = base.SendAsync(request, cancellationToken);
        }

        call.Report?.Follow(call);
        return call.Exchange;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _current.Dispose();
        }
    }

    private async Task<HttpResponseMessage> CommitAsync(MessagesContent messages, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        messages.Commit();
        return answer;
    }
}
