using Micro.Registry;
using Micro.Selection;

namespace Micro.Http;

/// <summary>
/// One request to a service: pick a node, send, report how it went, and go on to another node when that is safe. Leaves
/// the request as it was, so that handlers further out may send it again.
/// </summary>
/// <remarks>
/// Not <see cref="Client.CallLoop"/>: a call has a deadline and pauses, meets nodes again and reports its last error, while a
/// request has neither, goes to each node once and reports the failure of an attempt rather than that of the next pick.
/// </remarks>
internal sealed class DiscoveredRequest(
    HttpDiscovery discovery,
    HttpRequestMessage request,
    string service,
    Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> send)
{
    /// <summary>Longest wait for news from a slow registry before a failure is told.</summary>
    private static readonly TimeSpan RefreshLimit = TimeSpan.FromSeconds(1);

    private readonly NodeAttempt _attempt = new(discovery, request, send);
    private readonly Uri _uri = request.RequestUri!;

    public async Task<HttpResponseMessage> RunAsync(CancellationToken cancellationToken)
    {
        discovery.Budget?.OnCall();
        NodePick pick;
        try
        {
            pick = await FirstPickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceNotFoundException) when (discovery.PassesUnknown)
        {
            return await send(request, cancellationToken).ConfigureAwait(false);
        }
        catch (MicroException exception)
        {
            throw HttpErrors.NoNode(service, _uri, exception);
        }

        var attempted = new AttemptedNodes();
        while (true)
        {
            var (response, failed) = await _attempt.RunAsync(pick, cancellationToken).ConfigureAwait(false);
            if (response is not null)
            {
                return response;
            }

            attempted.Add(pick.Node);
            var next = MayRepeat(failed.Kind, attempted.Count)
                ? await NextPickAsync(attempted, failed.Kind, cancellationToken).ConfigureAwait(false)
                : null;
            if (next is null || !MayRetryNow(failed.Kind, next.Value))
            {
                throw HttpErrors.Failed(service, pick.Node, attempted.Count, in failed);
            }

            discovery.Logger.Retrying(request.Method, service, attempted.Count, failed.Kind, pick.Node.Address, failed.Failure.Message);
            pick = next.Value;
        }
    }

    /// <summary>A service that is missing is asked for once more: it may have come up since the registry was read.</summary>
    private async ValueTask<NodePick> FirstPickAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PickAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (MicroException exception) when (exception.Kind is ErrorKind.NotFound or ErrorKind.NoNode)
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            return await PickAsync(null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A node that was not tried yet, or none. One that refuses connections may have moved: then the registry is asked.</summary>
    private async ValueTask<NodePick?> NextPickAsync(AttemptedNodes attempted, ErrorKind kind, CancellationToken cancellationToken)
    {
        for (var isFresh = kind != ErrorKind.Connect; ; isFresh = true)
        {
            NodePick pick;
            try
            {
                pick = await PickAsync(attempted, cancellationToken).ConfigureAwait(false);
            }
            catch (MicroException)
            {
                return null; // the failed attempt says more
            }

            if (!attempted.Contains(pick.Node))
            {
                return pick;
            }

            GiveBack(pick);
            if (isFresh)
            {
                return null;
            }

            await RefreshAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool MayRepeat(ErrorKind kind, int attempts) => attempts <= discovery.Retries && kind switch
    {
        // Connections come before bodies: nothing of the request was read or sent.
        ErrorKind.Connect => true,
        ErrorKind.NotSent => RequestBody.IsReplayable(request.Content),
        _ => IsIdempotent() && RequestBody.IsReplayable(request.Content),
    };

    /// <summary>The budget keeps retries from multiplying the load of servers; where none was reached there is no load.</summary>
    private bool MayRetryNow(ErrorKind kind, NodePick next)
    {
        if (kind == ErrorKind.Connect || discovery.Budget?.TryTakeRetry() != false)
        {
            return true;
        }

        GiveBack(next);
        discovery.Logger.RetryBudgetSpent(request.Method, service);
        return false;
    }

    private bool IsIdempotent()
    {
        if (request.Options.TryGetValue(MicroDiscoveryHandler.Idempotent, out var said))
        {
            return said;
        }

        var method = request.Method;
        return method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put
            || method == HttpMethod.Delete || method == HttpMethod.Options || method == HttpMethod.Trace;
    }

    private ValueTask<NodePick> PickAsync(AttemptedNodes? attempted, CancellationToken cancellationToken) =>
        discovery.Selector.PickAsync(service, discovery.Select, attempted, cancellationToken);

    private async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        // Whether the registry answers or not, the next pick says so.
        await discovery.Selector.RefreshAsync(service, cancellationToken)
            .WaitAsync(RefreshLimit, discovery.Time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>A pick that is not used says nothing about its node, but whoever counts picks must hear that it ended.</summary>
    private static void GiveBack(NodePick pick) => pick.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Cancelled, TimeSpan.Zero));
}
