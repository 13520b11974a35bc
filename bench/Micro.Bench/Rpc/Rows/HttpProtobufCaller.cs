using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Greeter;
using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Rows;

/// <summary>Protobuf as bytes.</summary>
internal sealed class HttpProtobufCaller(HttpClient client, Uri uri) : ICaller
{
    private static readonly MediaTypeHeaderValue ContentType = new(HttpServer.ProtobufType);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> CallAsync()
    {
        using var content = new ByteArrayContent(new Request { Name = EchoName.Value }.ToByteArray());
        content.Headers.ContentType = ContentType;
        using var answer = await client.PostAsync(uri, content);
        answer.EnsureSuccessStatusCode();
        EchoName.Check(Response.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync()).Msg);
        return 1;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
