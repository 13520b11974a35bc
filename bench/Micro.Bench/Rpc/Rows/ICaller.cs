namespace Micro.Bench.Rpc.Rows;

/// <summary>One that calls again and again. Not safe for concurrent use.</summary>
internal interface ICaller : IAsyncDisposable
{
    /// <summary>Calls once and waits for the reply.</summary>
    /// <returns>How many calls that was: 1, or the size of the batch.</returns>
    ValueTask<int> CallAsync();
}
