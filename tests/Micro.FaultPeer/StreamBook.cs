using System.Collections.Concurrent;
using Micro.Client;

namespace Micro.FaultPeer;

/// <summary>
/// Streams that a client keeps open. Commands: <c>open ENDPOINT CONTENT-TYPE</c> opens one and waits until its handler runs,
/// <c>ended</c> says how each ended, in the order in which they were opened: <c>Open</c>, <c>End</c> or the kind of the failure.
/// </summary>
internal sealed class StreamBook(IMicroClient client) : IAsyncDisposable
{
    private readonly List<IClientStream<Ask, Answer>> _streams = [];
    private readonly ConcurrentDictionary<int, string> _ends = new();

    public async Task<string> OpenAsync(string[] arguments)
    {
        var stream = await client.OpenStreamAsync<Ask, Answer>("faults", arguments[0], new CallOptions { ContentType = arguments[1] });
        await stream.SendAsync(new Ask { Text = "x" });
        var number = _streams.Count;
        _streams.Add(stream);
        _ends[number] = "Open";
        _ = Task.Run(() => FollowAsync(stream, number));
        return $"{number}";
    }

    public string Ended(string[] arguments) => string.Join(' ', Enumerable.Range(0, _streams.Count).Select(number => _ends[number]));

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams)
        {
            await stream.DisposeAsync();
        }
    }

    private async Task FollowAsync(IClientStream<Ask, Answer> stream, int number)
    {
        try
        {
            await foreach (var answer in stream.ReadAllAsync())
            {
                _ = answer;
            }

            _ends[number] = "End";
        }
        catch (MicroException exception)
        {
            _ends[number] = exception.Kind.ToString();
        }
        catch (Exception exception)
        {
            // The test compares it with what it wants.
            _ends[number] = exception.GetType().Name;
        }
    }
}
