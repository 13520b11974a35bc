using Micro.Server;
using Microsoft.Extensions.Logging;

namespace Micro.Registry;

/// <summary>What is known of a registration: read by anybody, written by its loop. Draining is left only by the end.</summary>
internal sealed partial class RegistrationStatus(ILogger logger, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private ServerState _state;
    private Exception? _lastError;
    private DateTimeOffset? _confirmedAt;

    /// <summary>Raised after each change, outside of all locks.</summary>
    public event EventHandler<ServerStateChangedEventArgs>? Changed;

    public ServerState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    public Exception? LastError
    {
        get
        {
            lock (_gate)
            {
                return _lastError;
            }
        }
    }

    /// <summary>When the registry last confirmed the registration, by the wall clock.</summary>
    public DateTimeOffset? ConfirmedAt
    {
        get
        {
            lock (_gate)
            {
                return _confirmedAt;
            }
        }
    }

    /// <summary>The node is registered.</summary>
    /// <param name="missing">Why it is in some of several registries only.</param>
    public void Confirm(Exception? missing = null)
    {
        lock (_gate)
        {
            _confirmedAt = timeProvider.GetUtcNow();
        }

        Change(ServerState.Registered, missing);
    }

    /// <summary>A try failed: a node that was in counts as lost, one that was out stays out.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _lastError = error;
        }

        if (State == ServerState.Registered)
        {
            Change(ServerState.Lost, error);
        }
    }

    public void Withdraw(Exception? error) => Change(ServerState.NotRegistered, error);

    public void Drain() => Change(ServerState.Draining, null);

    public void End() => Change(ServerState.NotRegistered, null, isEnd: true);

    private void Change(ServerState next, Exception? error, bool isEnd = false)
    {
        ServerState previous;
        lock (_gate)
        {
            previous = _state;
            if (previous == ServerState.Draining && !isEnd)
            {
                return;
            }

            _state = next;
            _lastError = error;
        }

        if (previous == next)
        {
            return;
        }

        LogChanged(logger, previous, next);
        try
        {
            Changed?.Invoke(this, new ServerStateChangedEventArgs(previous, next, error));
        }
        catch (Exception exception)
        {
            // A listener's mistake must not end the loop.
            LogListenerFailed(logger, exception);
        }
    }

    [LoggerMessage(1300, LogLevel.Debug, "Registration {Previous} → {Current}", EventName = "RegistrationChanged")]
    private static partial void LogChanged(ILogger logger, ServerState previous, ServerState current);

    [LoggerMessage(1301, LogLevel.Error, "A listener of the registration state failed", EventName = "RegistrationListenerFailed")]
    private static partial void LogListenerFailed(ILogger logger, Exception exception);
}
