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

/// <summary>An answer of 16 KB: few of them fill what a connection holds.</summary>
internal sealed class LargeAnswer
{
    public static readonly LargeAnswer Instance = new() { Text = new string('x', 16 * 1024) };

    public string Text { get; set; } = "";
}
