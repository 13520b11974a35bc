using System.Diagnostics.CodeAnalysis;

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

    /// <summary>Fires on the thread pool: the code that detects a loss must not wait for its handlers.</summary>
    public void Fire() => _ = _lost.CancelAsync();
}
