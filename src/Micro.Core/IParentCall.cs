namespace Micro;

/// <summary>A call that is being handled, as calls made on its behalf see it.</summary>
public interface IParentCall
{
    /// <summary>
    /// Gets the time left until the deadline, never negative; <see cref="Timeout.InfiniteTimeSpan"/> when the caller set none.
    /// </summary>
    TimeSpan RemainingTime { get; }
}
