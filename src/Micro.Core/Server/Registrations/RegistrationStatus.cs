using Micro.Registry;
using Microsoft.Extensions.Logging;

namespace Micro.Server.Registrations;

/// <summary>The state of a registration: read by anybody, written by its loop. Draining is left only by the end.</summary>
internal sealed partial class RegistrationStatus(ILogger logger, TimeProvider timeProvider)
{
    /// <summary>A conflict that was resolved stays visible for a while, so that somebody sees it.</summary>
    private static readonly TimeSpan ConflictMemory = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private ServerState _state;
    private RegistryAnswer _answer;
    private Exception? _lastError;
    private DateTimeOffset? _confirmedAt;
    private string? _conflict;
    private long _conflictAt;

    /// <summary>Raised after each change, outside of all locks.</summary>
    public event EventHandler<ServerStateChangedEventArgs>? Changed;

    /// <summary>Raised after each change that may change <see cref="IsReady"/>, outside of all locks.</summary>
    public event EventHandler? HealthChanged;

    /// <summary>
    /// Gets a value indicating whether callers may be sent here: not while draining or withheld by the check, and not
    /// when the registry answered that it does not hold the record. A registry that does not answer changes nothing.
    /// </summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
            {
                return _state != ServerState.Draining && _answer is (RegistryAnswer.Held or RegistryAnswer.Silent);
            }
        }
    }

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

    /// <summary>Gets the address from which another process registered the same node id within the last ten minutes.</summary>
    public string? Conflict
    {
        get
        {
            lock (_gate)
            {
                return _conflict is not null && timeProvider.GetElapsedTime(_conflictAt) < ConflictMemory ? _conflict : null;
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

    /// <summary>Another process registered the same node id.</summary>
    /// <param name="other">Its address.</param>
    public void NoteConflict(string other)
    {
        lock (_gate)
        {
            (_conflict, _conflictAt) = (other, timeProvider.GetTimestamp());
        }
    }

    /// <summary>The first assertion, or the first after a withdrawal, begins.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            if (_answer == RegistryAnswer.NotAsked)
            {
                _answer = RegistryAnswer.Awaited;
            }
        }
    }

    /// <summary>The start no longer waits for the first assertion.</summary>
    /// <param name="error">Describes the missing answer.</param>
    public void StopAwaiting(Exception error)
    {
        lock (_gate)
        {
            if (_answer != RegistryAnswer.Awaited)
            {
                return;
            }

            _answer = RegistryAnswer.Silent;
            _lastError ??= error;
        }

        HealthChanged?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>The registry confirmed the record.</summary>
    /// <param name="missing">Why it is in some of several registries only.</param>
    public void Confirm(Exception? missing = null)
    {
        lock (_gate)
        {
            _confirmedAt = timeProvider.GetUtcNow();
        }

        Change(ServerState.Registered, RegistryAnswer.Held, missing);
    }

    /// <summary>An assertion failed: a node that was in counts as lost, one that was out stays out.</summary>
    /// <param name="error">Why it failed.</param>
    /// <param name="isAnswer"><see langword="true"/> if the registry answered that it does not hold the record; <see langword="false"/> if it did not answer.</param>
    public void Fail(Exception error, bool isAnswer) => Change(
        State is ServerState.Registered ? ServerState.Lost : State,
        isAnswer ? RegistryAnswer.Refused : RegistryAnswer.Silent,
        error);

    /// <summary>The registry reported the record gone; the assertion that follows at once decides about readiness.</summary>
    /// <param name="error">Describes the loss.</param>
    public void Lose(Exception error)
    {
        if (State == ServerState.Registered)
        {
            Change(ServerState.Lost, answer: null, error);
        }
    }

    /// <summary>The check keeps the node out of the registry.</summary>
    public void Withhold(Exception? error) => Change(ServerState.NotRegistered, RegistryAnswer.NotAsked, error);

    public void Drain() => Change(ServerState.Draining, answer: null, error: null);

    public void End() => Change(ServerState.NotRegistered, RegistryAnswer.NotAsked, error: null, isEnd: true);

    private void Change(ServerState next, RegistryAnswer? answer, Exception? error, bool isEnd = false)
    {
        ServerState previous;
        bool isNews;
        lock (_gate)
        {
            previous = _state;
            if (previous == ServerState.Draining && !isEnd)
            {
                return;
            }

            isNews = previous != next || (answer is not null && answer != _answer);
            _state = next;
            _answer = answer ?? _answer;
            _lastError = error;
        }

        if (isNews)
        {
            Report(previous, next, error);
        }
    }

    private void Report(ServerState previous, ServerState next, Exception? error)
    {
        try
        {
            HealthChanged?.Invoke(this, EventArgs.Empty);
            if (previous != next)
            {
                LogChanged(logger, previous, next);
                Changed?.Invoke(this, new ServerStateChangedEventArgs(previous, next, error));
            }
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
