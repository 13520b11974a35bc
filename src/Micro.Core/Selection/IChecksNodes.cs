namespace Micro.Selection;

/// <summary>A selector that asks nodes it has left out whether they live, if somebody gives it the means.</summary>
internal interface IChecksNodes
{
    /// <summary>Takes the means; the last one given is used.</summary>
    /// <param name="check">Asks nodes.</param>
    void CheckWith(INodeCheck check);
}
