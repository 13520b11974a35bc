namespace Micro.Bench.Rpc;

/// <summary>What a run found.</summary>
/// <param name="Results">By callers, then in the order of the rows.</param>
/// <param name="Missing">By name, why a row could not be measured.</param>
/// <param name="RequestBytes">Bytes of one request of ours on the wire: that is how long raw ones are.</param>
/// <param name="ReplyBytes">Bytes of one reply.</param>
/// <param name="MessageBytes">Bytes that the messages of one call take in memory, in both processes.</param>
/// <param name="Rounds">How many rounds the medians are of.</param>
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
