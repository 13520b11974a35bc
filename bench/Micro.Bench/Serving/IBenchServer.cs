namespace Micro.Bench.Serving;

/// <summary>A server that runs in this process.</summary>
internal interface IBenchServer : IAsyncDisposable
{
    /// <summary>Where it is found.</summary>
    ServerReady Ready { get; }
}
