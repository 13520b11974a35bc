namespace Micro.Transport;

/// <summary>A connection that is watched by a <see cref="ConnectionReaper"/>.</summary>
internal interface IReapable
{
    /// <summary>Cuts the connection when its present deadline lies before <paramref name="now"/>.</summary>
    /// <param name="now">The present <see cref="PauseWatch.RunningTime"/>.</param>
    void CutIfLate(long now);
}
