namespace Micro.Bench.Rpc;

/// <summary>The results of a run.</summary>
/// <param name="Results">The rows, ordered by callers, then as shown.</param>
/// <param name="Missing">By name, the reason why a row could not be measured.</param>
/// <param name="RequestBytes">Bytes of one request of this framework on the wire, also the length of raw ones.</param>
/// <param name="ReplyBytes">Bytes of one reply.</param>
/// <param name="MessageBytes">Memory of the messages of one call, in both processes.</param>
/// <param name="Rounds">Number of rounds of the medians.</param>
internal sealed record RpcReport(
    IReadOnlyList<RowResult> Results,
    IReadOnlyDictionary<string, string> Missing,
    int RequestBytes,
    int ReplyBytes,
    long MessageBytes,
    int Rounds)
{
    public RowResult? Find(string name, int callers) => Results.FirstOrDefault(result => result.Name == name && result.Callers == callers);
}
