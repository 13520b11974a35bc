using Micro.Registry;

namespace Micro.Selection;

/// <summary>Asks the nodes of one service whether they live, in the background; a failure to ask never keeps a node out.</summary>
internal sealed class NodeQuestions(SelectorContext context, CancellationToken stop)
{
    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(5);

    private readonly FailureRow _failures = new("Asking whether nodes live", context.Time, context.Logger);

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
    /// Waits for a pause, then until the node answers. Asks again after a twentieth of the time that the node has been out,
    /// so that one which was out for seconds is back within a second or so, and one that is gone for good costs little.
    /// </summary>
    public async Task UntilAliveAsync(Node node, TimeSpan pause, Func<bool> isWanted)
    {
        var started = context.Time.GetTimestamp();
        while (await WaitAsync(pause).ConfigureAwait(false) && isWanted() && !await IsAliveAsync(node).ConfigureAwait(false))
        {
            var step = context.Time.GetElapsedTime(started) / 20;
            step = step < ShortestStep ? ShortestStep : step > LongestStep ? LongestStep : step;
            pause = step * (0.8 + (0.4 * context.Random.NextDouble()));
        }
    }

    /// <summary>Returns <see langword="false"/> when the service is forgotten.</summary>
    private async Task<bool> WaitAsync(TimeSpan pause)
    {
        await Task.Delay(pause, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }
}
