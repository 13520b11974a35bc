namespace Micro.Selection;

/// <summary>A picker that looks after nodes whose silence is reported while an attempt is still in flight.</summary>
internal interface ISuspectsNodes
{
    /// <summary>How long the node may be silent before it is asked; longer while it has turned out that its handlers are slow.</summary>
    TimeSpan Patience { get; }

    /// <summary>
    /// Asks the picked node whether it lives. Until it answers, it is left out of the choice; if it does not, it is ejected.
    /// All that ask at the same time wait for one and the same answer.
    /// </summary>
    /// <returns><see langword="true"/> if the node lives or cannot be asked.</returns>
    Task<bool> SuspectAsync();
}
