using System.Diagnostics.CodeAnalysis;
using Micro.Basics;
using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>Checks the nodes of one service in the background; a check that itself fails never excludes a node.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle, and checks outlive the service.")]
internal sealed class LivenessChecks(SelectorContext context, CancellationToken stop)
{
    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(5);

    /// <summary>The first pause between two checks of a newcomer; each is half as long again as the one before.</summary>
    private static readonly TimeSpan ShortestNewcomerStep = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestNewcomerStep = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of newcomers of a service checked at once: anybody can announce them, at any address.</summary>
    private const int MaxConcurrentChecks = 16;

    /// <summary>The time for which a newcomer that did not answer keeps its slot.</summary>
    private static readonly TimeSpan NewcomerGap = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _newcomers = new(MaxConcurrentChecks);
    private readonly FailureRow _failures = new("The liveness check", context.Time, context.Logger);

    public async Task<bool> IsAliveAsync(Node node)
    {
        try
        {
            var isAlive = await context.Checks.IsAliveAsync(node, stop).ConfigureAwait(false);
            _failures.End();
            return isAlive;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception error)
        {
            if (_failures.Add(error))
            {
                SelectorLog.CheckFailed(context.Logger, node.Id, node.Address, FailureRow.TextOf(error), FailureRow.KindOf(error));
            }

            return true;
        }
    }

    /// <summary>
    /// Waits for a pause, then until the node answers. Checks again after a twentieth of the time that the node has been out:
    /// a node that was out for seconds is back within a second or so, and one that is gone for good costs little.
    /// </summary>
    public async Task WaitUntilAliveAsync(Node node, TimeSpan pause, Func<bool> isWanted)
    {
        var started = context.Time.GetTimestamp();
        while (await WaitAsync(pause).ConfigureAwait(false) && isWanted() && !await IsAliveAsync(node).ConfigureAwait(false))
        {
            var step = context.Time.GetElapsedTime(started) / 20;
            step = step < ShortestStep ? ShortestStep : step > LongestStep ? LongestStep : step;
            pause = step * (0.8 + (0.4 * context.Random.NextDouble()));
        }
    }

    /// <summary>Waits for a pause, then until a node answers for the first time. Checks less and less often.</summary>
    /// <param name="node">The node.</param>
    /// <param name="pause">The pause before the first check.</param>
    /// <param name="isWanted">Returns <see langword="true"/> while the answer matters.</param>
    /// <param name="noteFailure">Called when the node did not answer.</param>
    public async Task WaitForFirstAnswerAsync(Node node, TimeSpan pause, Func<bool> isWanted, Action noteFailure)
    {
        while (await WaitAsync(pause).ConfigureAwait(false) && !await IsNewcomerAliveAsync(node, isWanted, noteFailure).ConfigureAwait(false))
        {
            pause = pause < ShortestNewcomerStep ? ShortestNewcomerStep : pause * 1.5 < LongestNewcomerStep ? pause * 1.5 : LongestNewcomerStep;
            pause *= 0.9 + (0.2 * context.Random.NextDouble());
        }
    }

    /// <summary>Returns <see langword="true"/> if the node is alive or the answer no longer matters.</summary>
    private async Task<bool> IsNewcomerAliveAsync(Node node, Func<bool> isWanted, Action noteFailure)
    {
        try
        {
            await _newcomers.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return true;
        }

        try
        {
            if (!isWanted() || await IsAliveAsync(node).ConfigureAwait(false))
            {
                return true;
            }

            noteFailure();

            // A host that keeps announcing nodes chooses the peers of this process: limited to 160 connections a second.
            await WaitAsync(NewcomerGap).ConfigureAwait(false);
            return false;
        }
        finally
        {
            _newcomers.Release();
        }
    }

    /// <summary>Returns <see langword="false"/> when the service is forgotten.</summary>
    private async Task<bool> WaitAsync(TimeSpan pause)
    {
        await Task.Delay(pause, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }
}
