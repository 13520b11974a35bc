using Microsoft.Extensions.Logging;

namespace Micro.Client;

/// <summary>
/// Holds the client's token and requests the next one before it expires: one request at a time, in the background while the
/// current token is valid. A failure surfaces only without a valid token.
/// </summary>
internal sealed class TokenSource(ClientCredentials credentials, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Func<CancellationToken, ValueTask<AccessToken>> _provider =
        credentials.TokenProvider ?? (_ => ValueTask.FromResult(new AccessToken(credentials.Token!)));

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposal = new();
    private volatile HeldToken? _held;
    private Task? _refresh;
    private Exception? _failure;
    private int _failures;
    private long _retryAt;

    /// <summary>Returns the value of the header <c>Authorization</c>.</summary>
    /// <exception cref="MicroException">401: there is no token, and the provider failed.</exception>
    public ValueTask<string> GetHeaderAsync(CancellationToken cancellationToken)
    {
        var held = _held;
        var now = time.GetTimestamp();
        if (held is null || now >= held.EndsAt)
        {
            return WaitAsync(cancellationToken);
        }

        if (now >= held.RefreshAt)
        {
            _ = RefreshUnlessPaused();
        }

        return ValueTask.FromResult(held.Header);
    }

    /// <summary>Cancels a running request.</summary>
    public void Dispose() => _disposal.Cancel();

    private async ValueTask<string> WaitAsync(CancellationToken cancellationToken)
    {
        await RefreshUnlessPaused().WaitAsync(cancellationToken).ConfigureAwait(false);
        return _held is { } held && time.GetTimestamp() < held.EndsAt
            ? held.Header
            : throw new MicroException(
                401, "go.micro.client", $"no token for the call: the token provider failed ({_failure?.GetType().Name ?? "its token has expired"})", ErrorKind.InvalidRequest, _failure);
    }

    /// <summary>Returns the running request, or a new one, or <see langword="null"/> in the pause after a failure. Never fails.</summary>
    private Task RefreshUnlessPaused()
    {
        lock (_gate)
        {
            if (_refresh is null && (_failures == 0 || time.GetTimestamp() >= _retryAt))
            {
                _refresh = RefreshAsync();
            }

            return _refresh ?? Task.CompletedTask;
        }
    }

    private async Task RefreshAsync()
    {
        // The provider must not run under the lock, nor delay the call that started the refresh.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var asked = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            using var limit = new CancellationTokenSource(credentials.ProviderTimeout, time);
            using var ending = _disposal.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
            var token = await _provider(limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException("the token provider returned null");
            _held = Hold(token, asked);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (_gate)
        {
            _refresh = null;
            _failure = failure;
            if (failure is null)
            {
                if (_failures > 0)
                {
                    logger.CredentialsRefreshed();
                }

                _failures = 0;
                return;
            }

            if (_failures++ == 0)
            {
                logger.CredentialsNotRefreshed(failure.GetType().Name);
            }

            var pause = TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(_failures - 1, 10), LongestPause.Ticks));
            _retryAt = time.GetTimestamp() + ToTimestamp(pause);
        }
    }

    private HeldToken Hold(AccessToken token, long asked)
    {
        if (token.Lifetime is not { } lifetime)
        {
            return new HeldToken($"Bearer {token.Value}", long.MaxValue, long.MaxValue);
        }

        var margin = credentials.RefreshMargin < lifetime / 5 ? credentials.RefreshMargin : lifetime / 5;
        return new HeldToken($"Bearer {token.Value}", asked + ToTimestamp(lifetime - margin), asked + ToTimestamp(lifetime));
    }

    /// <summary>Limits lifetimes to a century, so that the sum with the clock does not overflow.</summary>
    private long ToTimestamp(TimeSpan span) => (long)(Math.Min(span.TotalSeconds, 3_155_760_000) * time.TimestampFrequency);

    /// <summary>The current token. Not a record, whose text form would show the token.</summary>
    private sealed class HeldToken(string header, long refreshAt, long endsAt)
    {
        public string Header { get; } = header;

        public long RefreshAt { get; } = refreshAt;

        public long EndsAt { get; } = endsAt;
    }
}
