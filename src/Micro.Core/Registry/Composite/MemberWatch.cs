using Micro.Basics;
using Micro.Registry.Kit;

namespace Micro.Registry.Composite;

/// <summary>
/// One member's part of a running watch: follows that member for ever, and keeps what it was last known to hold while it
/// does not answer.
/// </summary>
internal sealed class MemberWatch(int index, string? service, CompositeContext context, CompositeWatch whole)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeniedPause = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _synchronized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IRegistry _member = context.Members[index];
    private readonly FailureRow _row = new($"The watch of {service ?? "*"} in registry {context.Members[index].Name}", context.Time, context.Logger);
    private int _failures;

    /// <summary>Gets or sets the state of the member; guarded by the lock of the whole watch.</summary>
    public RecordSet Records { get; set; } = RecordSet.Empty;

    /// <summary>Gets or sets whether <see cref="Records"/> are only what the member held last; guarded by the lock of the whole watch.</summary>
    public bool IsBroken { get; set; } = true;

    /// <summary>Why the member's watch ended last.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Ends with the member's first state, or with its first failure.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Ends with the member's first state.</summary>
    public Task Synchronized => _synchronized.Task;

    /// <summary>Works until cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken).ConfigureAwait(false);
                Error = new RegistryUnavailableException(_member.Name, "the watch was ended by the registry");
            }
            catch (Exception error)
            {
                // Whatever ends a member's watch, it is opened again.
                Error = error;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            whole.Break(this);
            _settled.TrySetResult();
            var pause = NextPause();
            if (_row.Add(Error))
            {
                CompositeRegistry.Log.WatchBroken(
                    context.Logger, _member.Name, context.Name, service ?? "*", _row.Count, pause, FailureRow.TextOf(Error), FailureRow.KindOf(Error));
            }

            await Task.Delay(pause, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _settled.TrySetResult();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var initial = RecordSet.Empty;
        long? synchronizedAt = null;
        try
        {
            await foreach (var change in _member.WatchAsync(service, cancellationToken).ConfigureAwait(false))
            {
                if (synchronizedAt is not null)
                {
                    whole.Apply(this, change);
                }
                else if (change.Kind != RegistryEventKind.Synchronized)
                {
                    initial = initial.Apply(change);
                }
                else
                {
                    synchronizedAt = context.Time.GetTimestamp();
                    whole.Replace(this, initial);
                    if (_row.End(out var count, out var outage))
                    {
                        CompositeRegistry.Log.WatchRestored(context.Logger, _member.Name, context.Name, service ?? "*", count, outage);
                    }

                    _synchronized.TrySetResult();
                    _settled.TrySetResult();
                }
            }
        }
        finally
        {
            // A watch that ends as soon as it is open is a failure like any other.
            if (synchronizedAt is { } since && context.Time.GetElapsedTime(since) >= LongestPause)
            {
                _failures = 0;
            }
        }
    }

    private TimeSpan NextPause()
    {
        _failures++;
        return Error is RegistryDeniedException
            ? Jitter.Extend(DeniedPause, context.Random)
            : Jitter.Backoff(FirstPause, LongestPause, _failures, context.Random);
    }
}
