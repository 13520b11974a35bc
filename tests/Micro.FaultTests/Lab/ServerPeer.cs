using System.Globalization;

namespace Micro.FaultTests.Lab;

/// <summary>A server process.</summary>
internal sealed class ServerPeer(NetworkSpace? space, IReadOnlyDictionary<string, string>? environment, params string[] flags)
    : Peer(space, environment, "server", flags)
{
    /// <summary>Where it is called, once <see cref="WaitUntilReadyAsync"/> has returned.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Waits until it listens; registered or not.</summary>
    public async Task WaitUntilListeningAsync() => await Wait.UntilAsync(
        async () => (Address = await AskAsync("address")).Length > 0, () => $"the server listens; it said: {string.Join('\n', Errors.TakeLast(20))}", 60);

    /// <summary>Waits until it says itself that it is ready.</summary>
    public async Task WaitUntilReadyAsync()
    {
        await WaitUntilListeningAsync();
        await Wait.UntilAsync(async () => await StatusAsync("/health/ready") == 200, () => $"the server is ready; it said: {string.Join('\n', Errors.TakeLast(20))}", 60);
    }

    /// <summary>The HTTP status of one of its own paths.</summary>
    public async Task<int> StatusAsync(string path) => int.Parse(await AskAsync("get " + path), CultureInfo.InvariantCulture);

    /// <summary>Which of its calls were executed.</summary>
    public async Task<Executions> ExecutionsAsync()
    {
        var figures = (await AskAsync("executed")).Split(' ').Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new Executions(figures[0], figures[1], figures[2]);
    }

    /// <param name="Started">Handlers that were started.</param>
    /// <param name="Repeated">Calls that this server started more than once.</param>
    /// <param name="Expired">Handlers that were started after their callers had stopped waiting.</param>
    internal sealed record Executions(int Started, int Repeated, int Expired);
}
