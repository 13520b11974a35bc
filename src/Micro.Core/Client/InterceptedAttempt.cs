namespace Micro.Client;

/// <summary>An attempt with interceptors around it. Counts the attempts of its call.</summary>
internal sealed class InterceptedAttempt<TResult, TAttempt>(TAttempt attempt, IReadOnlyList<IAttemptInterceptor> interceptors, ClientContext call)
    : IAttempt<TResult>
    where TAttempt : IAttempt<TResult>
{
    private int _attempts;

    public async ValueTask<TResult> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var context = new AttemptContext(call, node, _attempts++);
        var hasResult = false;
        TResult result = default!;
        await Next(0)(context).ConfigureAwait(false);
        return hasResult
            ? result
            : throw new InvalidOperationException("an attempt interceptor neither called the next one nor threw");

        Func<AttemptContext, ValueTask> Next(int index) => index == interceptors.Count
            ? async _ =>
            {
                result = await attempt.RunAsync(node, limit, cancellationToken).ConfigureAwait(false);
                hasResult = true;
            }
        : inner => interceptors[index].InvokeAsync(inner, Next(index + 1));
    }
}
