using System.Net;
using System.Net.Sockets;
using Micro.Basics;

namespace Micro.Registry.Kit;

/// <summary>
/// Opens the connections to one address of a registry. While that cannot be reached, all users of the gate share one
/// attempt at a time, and the pauses between attempts grow with the outage. Safe for concurrent use.
/// </summary>
/// <param name="time">Time source.</param>
/// <param name="random">Spreads the attempts of many processes.</param>
/// <param name="dial">Opens a connection.</param>
internal sealed class DialGate(TimeProvider time, Random random, Func<DnsEndPoint, CancellationToken, ValueTask<Stream>> dial)
{
    /// <summary>A restart takes seconds: for this long attempts stay frequent, so that services are back within two seconds.</summary>
    private static readonly TimeSpan ShortOutage = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(1300);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private int _failures;
    private long _downSince;
    private long _dueAt;
    private Exception? _lastError;
    private TaskCompletionSource? _attempt;

    /// <summary>Opens a connection, or waits for the attempt that is under way.</summary>
    /// <exception cref="DialPausedException">The address cannot be reached, or could not a moment ago.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        while (await EnterAsync(cancellationToken).ConfigureAwait(false) is false)
        {
            // Another attempt ended; it decides whether this one is made.
        }

        try
        {
            var stream = await dial(address, cancellationToken).ConfigureAwait(false);
            Succeed();
            return stream;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new DialPausedException(exception.Message, Fail(exception), exception);
        }
        catch (Exception exception)
        {
            // Given up by the connect timeout: a host that is off does not even refuse.
            Fail(exception);
            throw;
        }
    }

    /// <summary>Allows an attempt at once, and frequent ones after it: the network has changed.</summary>
    public void Hasten()
    {
        lock (_gate)
        {
            _dueAt = _downSince = time.GetTimestamp();
        }
    }

    /// <summary>Returns <see langword="true"/> if the caller makes the attempt; <see langword="false"/> after another one ended.</summary>
    private async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        Task running;
        lock (_gate)
        {
            if (_failures == 0)
            {
                return true;
            }

            if (_attempt is null)
            {
                var left = time.GetElapsedTime(time.GetTimestamp(), _dueAt);
                if (left > TimeSpan.Zero)
                {
                    throw new DialPausedException($"{_lastError?.Message}, next attempt in {ReadableTime.Of(left)}", left, _lastError);
                }

                _attempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return true;
            }

            running = _attempt.Task;
        }

        await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    private void Succeed()
    {
        lock (_gate)
        {
            _failures = 0;
            _lastError = null;
            End();
        }
    }

    private TimeSpan Fail(Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_failures > 0 && _attempt is null)
            {
                // Begun before the outage was noticed, beside the attempt that noticed it.
                var left = time.GetElapsedTime(now, _dueAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }

            if (_failures++ == 0)
            {
                _downSince = now;
            }

            var pause = NextPause(time.GetElapsedTime(_downSince, now));
            _dueAt = now + (long)(pause.TotalSeconds * time.TimestampFrequency);
            _lastError = exception;
            End();
            return pause;
        }
    }

    private TimeSpan NextPause(TimeSpan outage)
    {
        if (outage >= ShortOutage)
        {
            return Jitter.Extend(outage / 2 < LongPause ? outage / 2 : LongPause, random);
        }

        var pause = Jitter.Backoff(FirstPause, LongPause, _failures, random);
        return pause < ShortPause ? pause : Jitter.Extend(ShortPause, random);
    }

    private void End()
    {
        _attempt?.SetResult();
        _attempt = null;
    }
}
