namespace Micro.Client;

/// <summary>The interceptors around each attempt of one call. Counts the attempts.</summary>
internal sealed class AttemptChain(IReadOnlyList<IAttemptInterceptor> interceptors, ClientContext context)
{
    private int _attempts;

    public async ValueTask<TResult> RunAsync<TResult>(
        PlannedCall<TResult> call, NodeTransports transports, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var attempt = new AttemptContext(context, node, _attempts++);
        var hasResult = false;
        TResult result = default!;
        await Next(0)(attempt).ConfigureAwait(false);
        return hasResult
            ? result
            : throw new InvalidOperationException("an attempt interceptor neither called the next one nor threw");

        Func<AttemptContext, ValueTask> Next(int index) => index == interceptors.Count
            ? async _ =>
            {
                result = await call.SendAsync(transports, request, node, limit, cancellationToken).ConfigureAwait(false);
                hasResult = true;
            }
        : inner => interceptors[index].InvokeAsync(inner, Next(index + 1));
    }
}
