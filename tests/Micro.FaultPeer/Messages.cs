namespace Micro.FaultPeer;

/// <summary>What a call asks.</summary>
internal sealed class Ask
{
    public string Text { get; set; } = "";
}

/// <summary>What it is answered; each message of a stream is one more.</summary>
internal sealed class Answer
{
    public long Number { get; set; }
}
