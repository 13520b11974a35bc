namespace Micro.Client;

/// <summary>The context of one attempt for its interceptors.</summary>
public sealed class AttemptContext
{
    internal AttemptContext(ClientContext call, Node node, int attempt)
    {
        Call = call;
        Node = node;
        Attempt = attempt;
    }

    /// <summary>The call.</summary>
    public ClientContext Call { get; }

    /// <summary>The node that was chosen.</summary>
    public Node Node { get; }

    /// <summary>Number of the attempt; 0 is the first.</summary>
    public int Attempt { get; }
}
