using Micro.Registry;
using Microsoft.Extensions.Logging;

namespace Micro.Server.Registrations;

/// <summary>The state of a registration: written by its loop, readable by any thread. Draining ends only with the stop.</summary>
internal sealed partial class RegistrationStatus(ILogger logger, TimeProvider timeProvider)
{
    /// <summary>The time for which a resolved conflict stays visible.</summary>
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
    /// Gets a value indicating whether the node may receive calls: not while draining or withheld by the check, and not when the
    /// registry answered that it does not hold the record. A registry that does not answer changes nothing.
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

    /// <summary>Gets the wall clock time at which the registry last confirmed the registration.</summary>
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

    /// <summary>Records that another process registered the same node id.</summary>
    /// <param name="other">Address of the other process.</param>
    public void NoteConflict(string other)
    {
        lock (_gate)
        {
            (_conflict, _conflictAt) = (other, timeProvider.GetTimestamp());
        }
    }

    /// <summary>Records the beginning of the first assertion, or of the first after a withdrawal.</summary>
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

    /// <summary>Records that the start no longer waits for the first assertion.</summary>
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

    /// <summary>Records that the registry confirmed the record.</summary>
    /// <param name="missing">The reason why only some of several registries hold it.</param>
    public void Confirm(Exception? missing = null)
    {
        lock (_gate)
        {
            _confirmedAt = timeProvider.GetUtcNow();
        }

        Change(ServerState.Registered, RegistryAnswer.Held, missing);
    }

    /// <summary>Records a failed assertion: a registered node counts as lost, any other stays unregistered.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="isAnswer"><see langword="true"/> if the registry answered that it does not hold the record; <see langword="false"/> if it did not answer.</param>
    public void Fail(Exception error, bool isAnswer) => Change(
        State is ServerState.Registered ? ServerState.Lost : State,
        isAnswer ? RegistryAnswer.Refused : RegistryAnswer.Silent,
        error);

    /// <summary>Records that the registry lost the record; the assertion that follows decides about readiness.</summary>
    /// <param name="error">Describes the loss.</param>
    public void Lose(Exception error)
    {
        if (State == ServerState.Registered)
        {
            Change(ServerState.Lost, answer: null, error);
        }
    }

    /// <summary>Records that the check keeps the node out of the registry.</summary>
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
            // An exception of a listener must not end the loop.
            LogListenerFailed(logger, exception);
        }
    }

    [LoggerMessage(1300, LogLevel.Debug, "Registration {Previous} → {Current}", EventName = "RegistrationChanged")]
    private static partial void LogChanged(ILogger logger, ServerState previous, ServerState current);

    [LoggerMessage(1301, LogLevel.Error, "A listener of the registration state failed", EventName = "RegistrationListenerFailed")]
    private static partial void LogListenerFailed(ILogger logger, Exception exception);
}
