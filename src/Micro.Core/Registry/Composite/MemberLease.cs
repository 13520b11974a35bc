using System.Diagnostics.CodeAnalysis;
using Micro.Basics;

namespace Micro.Registry.Composite;

/// <summary>
/// One record in one member. Writes and withdrawals of it never overlap; a write that takes long goes on after its caller
/// has given up waiting, within a limit.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle, and a late write still leaves through it.")]
internal sealed class MemberLease(IRegistry member, CompositeContext context, Action onLost, CancellationToken disposed)
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _writing;
    private CancellationTokenRegistration _subscription;
    private CancellationToken _lost;
    private Refusal? _refusal;
    private bool _isReleased;

    /// <summary>Registers the record with the member.</summary>
    /// <param name="service">The record.</param>
    /// <param name="options">Lifetime of the registration.</param>
    /// <param name="giveUp">Ends the waiting; the write goes on.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    public async Task<Registration> AssertAsync(
        ServiceRecord service, RegisterOptions options, CancellationToken giveUp, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(giveUp).ConfigureAwait(false);
        if (_refusal is { } refusal && refusal.Until > context.Time.GetTimestamp() && refusal.Service.Equals(service))
        {
            _turn.Release();
            throw refusal.Error;
        }

        // From here on the write has the turn and gives it back.
        var write = WriteAsync(service, options);
        try
        {
            await write.WaitAsync(giveUp).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            StopWriting();
            throw;
        }

        var answer = await write.ConfigureAwait(false);
        return answer.Value ?? throw answer.Error!;
    }

    /// <summary>Waits until no write of this record runs in the member, and keeps further ones out.</summary>
    public Task EnterAsync(CancellationToken cancellationToken)
    {
        StopWriting();
        return _turn.WaitAsync(cancellationToken);
    }

    public void Exit() => _turn.Release();

    public void Release()
    {
        CancellationTokenRegistration subscription;
        lock (_gate)
        {
            _isReleased = true;
            subscription = _subscription;
            _subscription = default;
        }

        subscription.Unregister();
    }

    private async Task<MemberAnswer<Registration>> WriteAsync(ServiceRecord service, RegisterOptions options)
    {
        using var limit = new CancellationTokenSource(WriteLimit, context.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, disposed);
        lock (_gate)
        {
            _writing = stop;
        }

        try
        {
            var registration = await member.RegisterAsync(service, options, stop.Token).ConfigureAwait(false);
            _refusal = null;
            Listen(registration.Lost);
            return new MemberAnswer<Registration>(registration, null);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested)
        {
            return new MemberAnswer<Registration>(null, new RegistryUnavailableException(member.Name, $"registering was not done within {ReadableTime.Of(WriteLimit)}", error));
        }
        catch (Exception error)
        {
            // Repeating a refusal soon does not help, and the others must be renewed in time all the same.
            var until = context.Time.GetTimestamp() + (long)(Jitter.Extend(RefusalPause, context.Random).TotalSeconds * context.Time.TimestampFrequency);
            _refusal = error is RegistryDeniedException or ArgumentException ? new Refusal(service, error, until) : null;
            return new MemberAnswer<Registration>(null, error);
        }
        finally
        {
            lock (_gate)
            {
                _writing = null;
            }

            _turn.Release();
        }
    }

    private void StopWriting()
    {
        lock (_gate)
        {
            _ = _writing?.CancelAsync();
        }
    }

    private void Listen(CancellationToken lost)
    {
        CancellationTokenRegistration before;
        lock (_gate)
        {
            if (_isReleased || (lost == _lost && !lost.IsCancellationRequested))
            {
                return;
            }

            _lost = lost;
            before = _subscription;
            _subscription = default;
        }

        before.Unregister();
        var subscription = lost.UnsafeRegister(static act => ((Action)act!)(), onLost);
        lock (_gate)
        {
            if (!_isReleased)
            {
                _subscription = subscription;
                return;
            }
        }

        subscription.Unregister();
    }

    /// <summary>A record that the member refused, and until when it is not asked again.</summary>
    private sealed record Refusal(ServiceRecord Service, Exception Error, long Until);
}
