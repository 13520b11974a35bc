using Micro.Basics;

namespace Micro.Server.Registrations;

/// <summary>
/// Runs the user's register check and decides whether a node may be in the registry, with the thresholds for leaving and
/// returning. Used by the registration loop only.
/// </summary>
internal sealed class RegistrationCheck(ServerOptions options, TimeSpan limit, TimeProvider timeProvider)
{
    private readonly BoundedOperation _operation = new("register check", timeProvider);
    private int _failures;
    private int _successes;
    private bool _isOut;

    /// <summary>Gets the exception of the last check, or <see langword="null"/> when it passed.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Gets whether the node may be registered now.</summary>
    public bool IsAllowed { get; private set; } = true;

    public async Task RunAsync(bool isIn, CancellationToken cancellationToken)
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
            // Any exception of the user's check means unhealthy, also its own cancellation.
            Error = exception;
        }

        _failures = Error is null ? 0 : _failures + 1;
        _successes = Error is null ? _successes + 1 : 0;
        if (Error is null)
        {
            // The threshold for returning applies after a withdrawal, not at the first registration.
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
