using System.Net;
using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Rows;

/// <summary>HttpClient with its defaults: HTTP/1.1 with its pool, HTTP/2 with prior knowledge on one connection.</summary>
internal sealed class HttpRow : IRow
{
    private readonly HttpClient _client;
    private readonly Uri _uri;
    private readonly bool _isJson;

    public HttpRow(string name, ServerProcess server, bool isHttp2, bool isJson)
    {
        Name = name;
        Server = server;
        _isJson = isJson;
        _uri = new Uri(new Uri(isHttp2 ? server.Ready.Http2Address! : server.Ready.Address), isJson ? HttpServer.JsonPath : HttpServer.ProtobufPath);
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            DefaultRequestVersion = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public string Name { get; }

    public ServerProcess Server { get; }

    public Task<IReadOnlyList<ICaller>> OpenAsync(int callers) => Task.FromResult<IReadOnlyList<ICaller>>(
        [.. Enumerable.Range(0, callers).Select(ICaller (_) => _isJson ? new HttpJsonCaller(_client, _uri) : new HttpProtobufCaller(_client, _uri))]);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
