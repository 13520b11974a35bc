namespace Micro.Selection.Snapshots;

/// <summary>Receives the outcomes of attempts at suspects. Safe for concurrent use.</summary>
internal interface ISuspectOwner
{
    /// <summary>The suspect refused a connection, so nothing serves there any more.</summary>
    /// <param name="node">The suspect.</param>
    void Drop(Node node);

    /// <summary>The suspect answered a call although the registry dropped it.</summary>
    /// <param name="node">The suspect.</param>
    void NoteAnswer(Node node);
}
