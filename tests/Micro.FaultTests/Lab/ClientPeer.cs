using System.Globalization;

namespace Micro.FaultTests.Lab;

/// <summary>A client process under load.</summary>
internal sealed class ClientPeer(NetworkSpace? space, IReadOnlyDictionary<string, string>? environment, params string[] flags)
    : Peer(space, environment, "client", flags)
{
    /// <summary>
    /// Begins a load, with the options of the peer's <c>LoadOptions</c>: <c>rate=300 attempt=500 timeout=2000 grpc=true idempotent=true</c>.
    /// </summary>
    public Task StartLoadAsync(string options = "") => AskAsync("start " + options);

    public async Task<long> MadeAsync() => long.Parse(await AskAsync("made"), CultureInfo.InvariantCulture);

    /// <summary>Waits until some more calls were made.</summary>
    public async Task GoOnAsync(int calls)
    {
        var until = await MadeAsync() + calls;
        await Wait.UntilAsync(async () => await MadeAsync() >= until, () => $"{calls} more calls", 120);
    }

    /// <summary>Ends the load, waits for its calls and returns what became of them.</summary>
    public async Task<LoadReport> EndLoadAsync()
    {
        var file = Path.GetTempFileName();
        try
        {
            await AskAsync("end " + file, seconds: 120);
            return LoadReport.Read(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Waits until one call succeeds, so that later figures do not hold the start.</summary>
    public Task<TimeSpan> WaitUntilAnsweredAsync(string service = "faults") =>
        Wait.UntilAsync(async () => await AskAsync("call " + service) == "1", () => $"{service} answers; the client said: {string.Join('\n', Errors.TakeLast(20))}", 60);
}
