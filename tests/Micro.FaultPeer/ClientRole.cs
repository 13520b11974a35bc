using System.Globalization;
using Micro.Client;

namespace Micro.FaultPeer;

/// <summary>
/// <c>client [flags]</c>: makes calls. Commands: <c>start NAME=VALUE...</c> begins a load (see <see cref="Load"/>), <c>made</c>
/// says how many calls it made so far, <c>end FILE</c> ends it, waits for its calls and writes what became of each, <c>call</c>
/// makes one call and says what came of it, <c>memory</c>, and those of <see cref="RecordBook"/>, <see cref="Herd"/> and
/// <see cref="StreamBook"/>.
/// </summary>
internal static class ClientRole
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var service = MicroService.Create(static options => options.Name("faults.client").AddNats().ClientOnly(), args);
        Load? load = null;
        var book = new RecordBook(service.Registry);
        await using var herd = new Herd(args);
        await using var streams = new StreamBook(service.Client);
        await new Commands()
            .On("start", arguments =>
            {
                load = Load.Start(service.Client, arguments);
                return "started";
            })
            .On("made", _ => load!.Made.ToString(CultureInfo.InvariantCulture))
            .On("end", async arguments =>
            {
                await load!.EndAsync();
                await load.WriteAsync(arguments[0]);
                return load.Made.ToString(CultureInfo.InvariantCulture);
            })
            .On("call", arguments => CallAsync(service.Client, arguments.Length > 0 ? arguments[0] : "faults"))
            .On("memory", Memory.Describe)
            .On("register", book.RegisterAsync)
            .On("lookup", book.LookUpAsync)
            .On("watch", book.Watch)
            .On("watched", _ => book.Watched())
            .On("herd", herd.Start)
            .On("figures", _ => herd.Figures())
            .On("open", streams.OpenAsync)
            .On("ended", streams.Ended)
            .RunAsync();
        return 0;
    }

    private static async Task<string> CallAsync(IMicroClient client, string name)
    {
        try
        {
            var answer = await client.CallAsync<Ask, Answer>(name, "Faults.Ask", new Ask());
            return answer.Number.ToString(CultureInfo.InvariantCulture);
        }
        catch (MicroException exception)
        {
            return $"{exception.Kind} {exception.Detail.ReplaceLineEndings(" ")}";
        }
    }
}
