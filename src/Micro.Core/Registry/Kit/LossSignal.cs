using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Kit;

/// <summary>The signal of one registration; it fires when one of its nodes is lost.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source owns no timer, and its token is in use as long as its holders like.")]
internal sealed class LossSignal(IEnumerable<string> ids)
{
    private readonly CancellationTokenSource _lost = new();
    private readonly HashSet<string> _ids = [.. ids];

    public CancellationToken Token => _lost.Token;

    /// <summary>Gets <see langword="true"/> once the signal has fired; a later registration needs a new one.</summary>
    public bool IsFired => _lost.IsCancellationRequested;

    public bool Covers(IEnumerable<string> ids) => _ids.SetEquals(ids);

    /// <summary>
    /// Fires on the thread pool: the code that detects a loss must not wait for its handlers. A handler's exception is logged.
    /// </summary>
    public void Fire(ILogger logger) => _ = FireAsync(logger);

    private async Task FireAsync(ILogger logger)
    {
        try
        {
            await _lost.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            KitLog.LossHandlerFailed(logger, exception);
        }
    }
}
