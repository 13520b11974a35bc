using System.Globalization;

namespace Micro.AbuseTests.Lab;

/// <summary>A server process with the limits that it has by default.</summary>
internal sealed class AttackedServer : IAsyncDisposable
{
    private readonly ServerPeer _server = new(space: null, environment: null, "--registry=memory", "--server_address=127.0.0.1:0");

    public string Address => _server.Address;

    public static async Task<AttackedServer> StartAsync()
    {
        var server = new AttackedServer();
        await server._server.WaitUntilListeningAsync();
        return server;
    }

    /// <summary>Resident memory in bytes, without what is free.</summary>
    public async Task<long> ResidentBytesAsync() => long.Parse((await _server.AskAsync("memory free")).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>Resident memory in bytes with what is free: it hardly holds the server up.</summary>
    public async Task<long> ResidentBytesWithFreeAsync() => long.Parse((await _server.AskAsync("memory")).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>Heap in bytes, after a collection.</summary>
    public async Task<long> HeapBytesAsync() => long.Parse((await _server.AskAsync("memory")).Split(' ')[0], CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
