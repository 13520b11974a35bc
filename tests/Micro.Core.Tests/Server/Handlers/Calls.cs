using System.Buffers;
using System.Text;
using Micro.Codecs;

namespace Micro.Server.Handlers;

/// <summary>Calls endpoints as the dispatcher does.</summary>
internal static class Calls
{
    public static HandlerContext Context(string endpoint = "Test.Call", CancellationToken cancellationToken = default) =>
        new("test", endpoint, ContentTypes.Json, isStream: false, new NoHeaders(), TimeProvider.System, long.MaxValue, "1.2.3.4:5", null, cancellationToken);

    /// <summary>Calls with JSON.</summary>
    public static async Task<string> CallAsync(this EndpointInvoker invoker, string request, HandlerContext? context = null, ICodec? codec = null)
    {
        var response = new ArrayBufferWriter<byte>();
        await invoker.InvokeAsync(context ?? Context(invoker.Name), codec ?? MicroCodecs.Json(), Sequences.Of(request), response);
        return Encoding.UTF8.GetString(response.WrittenSpan);
    }

    /// <summary>Opens a stream and sends messages; returns the replies.</summary>
    public static async Task<List<object?>> StreamAsync(this EndpointInvoker invoker, params object[] messages)
    {
        var stream = new ListStream(messages);
        await invoker.InvokeStreamAsync(Context(invoker.Name), stream);
        return stream.Written;
    }

    private sealed class NoHeaders : IHeaderSource
    {
        public CallMetadata ReadMetadata() => new();

        public string? ReadHeader(string name) => null;
    }
}
