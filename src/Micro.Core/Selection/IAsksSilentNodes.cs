namespace Micro.Selection;

/// <summary>A picker that looks after nodes whose silence is reported while an attempt is still in flight.</summary>
internal interface IAsksSilentNodes
{
    /// <summary>Gets the silence after which the node is asked. It grows with each answer that shows slow handlers.</summary>
    TimeSpan Patience { get; }

    /// <summary>
    /// Asks the picked node whether it lives. Until it answers, it is left out of the choice; if it does not, it is ejected.
    /// All that ask at the same time wait for one and the same answer.
    /// </summary>
    /// <returns><see langword="true"/> if the node lives or cannot be asked.</returns>
    Task<bool> AskAsync();
}
