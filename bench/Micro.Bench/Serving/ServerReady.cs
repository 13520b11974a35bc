namespace Micro.Bench.Serving;

/// <summary>The message of a server process that is ready.</summary>
/// <param name="Address">The listening address.</param>
/// <param name="Http2Address">The listening address for HTTP/2, when it differs.</param>
/// <param name="Record">Its registry record as JSON.</param>
internal sealed record ServerReady(string Address, string? Http2Address = null, string? Record = null);
