namespace Micro.Bench.Rpc.Rows;

/// <summary>The payload, and the check of the reply.</summary>
internal static class EchoName
{
    /// <summary>16 bytes.</summary>
    public const string Value = "0123456789abcdef";

    public static void Check(string? reply)
    {
        if (reply is not { Length: 16 })
        {
            throw new InvalidOperationException($"the reply was '{reply}', not '{Value}'");
        }
    }
}
