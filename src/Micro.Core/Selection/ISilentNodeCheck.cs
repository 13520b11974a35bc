namespace Micro.Selection;

/// <summary>A picker that checks silent nodes while an attempt is still in flight.</summary>
internal interface ISilentNodeCheck
{
    /// <summary>Gets the silence after which the node is checked. It grows with each answer that shows slow handlers.</summary>
    TimeSpan Patience { get; }

    /// <summary>
    /// Checks the picked node. It is excluded until it answers, and ejected if it does not. Concurrent callers share one
    /// check.
    /// </summary>
    /// <returns><see langword="true"/> if the node is alive or cannot be checked.</returns>
    Task<bool> CheckAsync();
}
