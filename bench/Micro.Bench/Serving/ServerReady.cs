namespace Micro.Bench.Serving;

/// <summary>What a server process says when it serves.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Http2Address">Where it listens for HTTP/2, when that is another port.</param>
/// <param name="Record">Its record as registries have it, as JSON.</param>
internal sealed record ServerReady(string Address, string? Http2Address = null, string? Record = null);
