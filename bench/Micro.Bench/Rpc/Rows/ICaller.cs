namespace Micro.Bench.Rpc.Rows;

/// <summary>A caller that calls repeatedly. Not safe for concurrent use.</summary>
internal interface ICaller : IAsyncDisposable
{
    /// <summary>Calls once and waits for the reply.</summary>
    /// <returns>The number of calls: 1, or the size of the batch.</returns>
    ValueTask<int> CallAsync();
}
