using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Rows;

/// <summary>JSON with the extension methods and the source generator.</summary>
internal sealed class HttpJsonCaller(HttpClient client, Uri uri) : ICaller
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> CallAsync()
    {
        using var answer = await client.PostAsJsonAsync(uri, new HttpEchoRequest(EchoName.Value), HttpJson.Default.HttpEchoRequest);
        answer.EnsureSuccessStatusCode();
        var response = await answer.Content.ReadFromJsonAsync(HttpJson.Default.HttpEchoResponse);
        EchoName.Check(response?.Msg);
        return 1;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
