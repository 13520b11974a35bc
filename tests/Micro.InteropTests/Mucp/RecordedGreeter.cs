using Greeter;
using Micro.Server;

namespace Micro.InteropTests.Mucp;

/// <summary>The service behind the recordings as a plain handler: names of the requests choose what it does.</summary>
public sealed class RecordedGreeter
{
    /// <summary>Returns or throws what the recorded service did for this name.</summary>
    public static Response Answer(string name) => name switch
    {
        "error" => throw MicroException.BadRequest("greeter.hello", "bad name: error"),
        "internal" => throw MicroException.InternalServerError("greeter.hello", "boom"),
        "utf8error" => throw new MicroException(422, "greeter.hello", "größe 漢字"),
        "nlerror" => throw new MicroException(500, "greeter.hello", "line one\nline two\r\nline three"),
        "panic" => throw new InvalidOperationException("secret of the handler"),
        _ => new Response { Msg = "Hello " + name },
    };

    public Response Hello(Request request, HandlerContext context) => request.Name is "ctx"
        ? new Response { Msg = string.Join('\n', context.Metadata.Select(pair => $"{pair.Key}={pair.Value}")) }
        : Answer(request.Name);

    public async IAsyncEnumerable<StreamResponse> Stream(StreamRequest request, HandlerContext context)
    {
        for (var count = 0L; count < request.Count; count++)
        {
            yield return new StreamResponse { Count = count };
            await Task.Yield();
        }
    }

    public async IAsyncEnumerable<Pong> PingPong(IAsyncEnumerable<Ping> requests, HandlerContext context)
    {
        await foreach (var ping in requests)
        {
            yield return new Pong { Stroke = ping.Stroke };
        }
    }
}
