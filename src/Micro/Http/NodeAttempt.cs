using Micro.Basics;
using Micro.Selection;

namespace Micro.Http;

/// <summary>Sends a request to one node, tells the selector how that went, and puts the request back as it was.</summary>
internal sealed class NodeAttempt(
    HttpDiscovery discovery,
    HttpRequestMessage request,
    Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> send)
{
    private readonly Uri _uri = request.RequestUri!;
    private readonly string? _host = request.Headers.Host;

    /// <summary>The response, or a failure that another node might not have; every other failure is thrown as it is.</summary>
    public async ValueTask<(HttpResponseMessage? Response, FailedHttpAttempt Failed)> RunAsync(NodePick pick, CancellationToken cancellationToken)
    {
        var started = discovery.Time.GetTimestamp();
        if (!NodeUri.TryCreate(_uri, pick.Node, out var target))
        {
            Report(pick, ErrorKind.Connect, started);
            return (null, new FailedHttpAttempt(new FormatException($"address '{pick.Node.Address}' of its record must be host:port"), ErrorKind.Connect));
        }

        using var limit = discovery.AttemptTimeout is { } time ? new CancellationTokenSource(time, discovery.Time) : null;
        using var link = limit is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            request.RequestUri = target;
            request.Headers.Host = HostFor(target);
            var response = await send(request, link?.Token ?? cancellationToken).ConfigureAwait(false);
            pick.Complete(OutcomeOf(response, started));
            RestoreAfterResponse(target);
            return (response, default);
        }
        catch (OperationCanceledException exception) when (limit is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            Report(pick, ErrorKind.Timeout, started);
            Restore();
            var failure = new TimeoutException($"no response within the attempt timeout of {ReadableTime.Limit(discovery.AttemptTimeout!.Value)}", exception);
            return (null, new FailedHttpAttempt(failure, ErrorKind.Timeout));
        }
        catch (Exception exception)
        {
            var wasRedirected = !ReferenceEquals(request.RequestUri, target);
            Restore();
            if (wasRedirected)
            {
                // The node answered; who failed is the host it pointed to.
                pick.Complete(new AttemptOutcome(Succeeded: true, default, discovery.Time.GetElapsedTime(started)));
                throw;
            }

            if (cancellationToken.IsCancellationRequested || !HttpFailures.TryRead(exception, out var kind))
            {
                Report(pick, ErrorKind.Cancelled, started);
                throw;
            }

            Report(pick, MayBeTheBody(exception) ? ErrorKind.Cancelled : kind.Value, started);
            return (null, new FailedHttpAttempt(exception, kind.Value));
        }
    }

    private string? HostFor(Uri target) => _host ?? (discovery.HostHeader switch
    {
        HttpHostHeader.NodeAddress => null,
        HttpHostHeader.ServiceName => _uri.Authority,
        _ => NodeUri.IsSecure(target) ? _uri.Authority : null,
    });

    private void Restore()
    {
        request.RequestUri = _uri;
        request.Headers.Host = _host;
    }

    /// <summary>Redirects leave their mark on the request: on the same node it is one of the service, elsewhere it stays.</summary>
    private void RestoreAfterResponse(Uri target)
    {
        var final = request.RequestUri;
        Restore();
        if (final is not null && !ReferenceEquals(final, target))
        {
            request.RequestUri = string.Equals(final.Authority, target.Authority, StringComparison.OrdinalIgnoreCase)
                ? new Uri(_uri, final.PathAndQuery + final.Fragment)
                : final;
        }
    }

    /// <summary>Any answer is a sign of life. Only 503, and only in a row, says something about the node.</summary>
    private AttemptOutcome OutcomeOf(HttpResponseMessage response, long started) => new(
        (int)response.StatusCode < 500,
        response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable ? ErrorKind.Unavailable : ErrorKind.Application,
        discovery.Time.GetElapsedTime(started));

    private void Report(NodePick pick, ErrorKind kind, long started) =>
        pick.Complete(new AttemptOutcome(Succeeded: false, kind, discovery.Time.GetElapsedTime(started)));

    /// <summary>Reading a streamed body may fail as well, for example one whose own sender went away: no fault of the node.</summary>
    private bool MayBeTheBody(Exception exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.Unknown } && !RequestBody.IsReplayable(request.Content);
}
