namespace Micro.Transport;

/// <summary>A connection that is watched by a <see cref="ConnectionReaper"/>.</summary>
internal interface IReapable
{
    /// <summary>Aborts the connection when its current deadline is before <paramref name="now"/>.</summary>
    /// <param name="now">The current <see cref="PauseWatch.RunningTime"/>.</param>
    void CutIfLate(long now);
}
