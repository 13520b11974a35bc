namespace Micro.Bench.Serving;

/// <summary>A server in this process.</summary>
internal interface IBenchServer : IAsyncDisposable
{
    /// <summary>The addresses of the server.</summary>
    ServerReady Ready { get; }
}
