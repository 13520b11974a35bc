using Micro.Basics;

namespace Micro.Server.Registrations;

/// <summary>
/// Asks the user's register check and counts: says whether a node may be in the registry, with the thresholds for
/// leaving and returning. Used by the registration loop only.
/// </summary>
internal sealed class RegistrationCheck(ServerOptions options, TimeSpan limit, TimeProvider timeProvider)
{
    private readonly BoundedOperation _operation = new("register check", timeProvider);
    private int _failures;
    private int _successes;
    private bool _isOut;

    /// <summary>What the last check threw, or <see langword="null"/> when it passed.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Whether the node may be registered now.</summary>
    public bool IsAllowed { get; private set; } = true;

    public async Task AskAsync(bool isIn, CancellationToken cancellationToken)
    {
        if (options.RegisterCheck is null)
        {
            return;
        }

        try
        {
            await _operation.RunAsync(options.RegisterCheck, limit, cancellationToken).ConfigureAwait(false);
            Error = null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the user's check throws means unhealthy, also its own cancellation.
            Error = exception;
        }

        _failures = Error is null ? 0 : _failures + 1;
        _successes = Error is null ? _successes + 1 : 0;
        if (Error is null)
        {
            // The threshold for returning counts after a withdrawal, not at the first registration.
            _isOut = _isOut && _successes < options.RegisterCheckSuccesses;
            IsAllowed = !_isOut;
        }
        else
        {
            IsAllowed = isIn && _failures < options.RegisterCheckFailures;
            _isOut = !IsAllowed;
        }
    }
}
