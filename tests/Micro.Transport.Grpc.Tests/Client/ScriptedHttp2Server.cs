using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>An HTTP/2 server over plain sockets with scripted answers, byte by byte.</summary>
internal sealed class ScriptedHttp2Server : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<ScriptedRequest, Task> _answer;
    private readonly byte[] _settings;
    private readonly ConcurrentBag<TcpClient> _clients = [];

    /// <param name="answer">Called at the end of each request; for streams, at each message.</param>
    /// <param name="port">Port to listen on; 0 for a free one.</param>
    /// <param name="mostStreams">How many streams a connection takes at a time; 0 for as many as the client likes.</param>
    public ScriptedHttp2Server(Func<ScriptedRequest, Task> answer, int port = 0, byte mostStreams = 0)
    {
        _answer = answer;
        _settings = mostStreams == 0 ? [] : [0, 3, 0, 0, 0, mostStreams];
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    /// <summary>Error codes with which the client has reset streams.</summary>
    public ConcurrentQueue<uint> Resets { get; } = new();

    public int Connections => _clients.Count;

    public static byte[] Message(byte[] message) => RawServer.Frame(0, message);

    /// <summary>As if the process was killed.</summary>
    public void Dispose()
    {
        _listener.Stop();
        foreach (var client in _clients)
        {
            client.Client?.Close(0);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                _clients.Add(client);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            var requests = new Dictionary<int, ScriptedRequest>();
            var headers = new HeaderBlock();
            await stream.ReadExactlyAsync(new byte[Http2Socket.Preface.Length]);
            await stream.WriteAsync(Http2Socket.Frame(Http2Frame.Settings, 0, 0, _settings));
            var head = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(head);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await stream.ReadExactlyAsync(payload);
                var id = (head[5] << 24) | (head[6] << 16) | (head[7] << 8) | head[8];
                var frame = new Http2Frame(head[3], head[4], id, payload);
                switch (frame.Type)
                {
                    case Http2Frame.Settings or Http2Frame.Ping when (frame.Flags & Http2Frame.Ack) == 0:
                        await stream.WriteAsync(Http2Socket.Frame(frame.Type, Http2Frame.Ack, 0, frame.Type == Http2Frame.Ping ? payload : []));
                        break;
                    case Http2Frame.Headers:
                        requests[id] = new ScriptedRequest(stream, client, id, headers.Decode(payload));
                        Requests.Enqueue(requests[id]);
                        break;
                    case Http2Frame.Data:
                        requests[id].Body.AddRange(payload);
                        requests[id].IsComplete = frame.IsEndOfStream;
                        await _answer(requests[id]);
                        break;
                    case Http2Frame.Reset:
                        Resets.Enqueue(frame.Number());
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            client.Dispose();
        }
    }
}

/// <summary>One request, and ways to answer it.</summary>
internal sealed class ScriptedRequest(NetworkStream stream, TcpClient client, int id, List<(string Name, string Value)> headers)
{
    public List<byte> Body { get; } = [];

    public bool IsComplete { get; set; }

    public string? this[string name] => headers.LastOrDefault(header => header.Name == name).Value;

    public async Task SendHeadersAsync(bool end, params (string Name, string Value)[] answer) =>
        await stream.WriteAsync(Http2Socket.Frame(
            Http2Frame.Headers, (byte)(Http2Frame.EndHeaders | (end ? Http2Frame.EndStream : 0)), id, HeaderBlock.Encode(answer)));

    public async Task SendDataAsync(byte[] data)
    {
        foreach (var part in data.Chunk(16 * 1024))
        {
            await stream.WriteAsync(Http2Socket.Frame(Http2Frame.Data, 0, id, part));
        }
    }

    /// <summary>A good answer with one message.</summary>
    public async Task AnswerAsync(byte[] frame, params (string Name, string Value)[] more)
    {
        await SendHeadersAsync(end: false, [(":status", "200"), ("content-type", "application/grpc+proto"), .. more]);
        await SendDataAsync(frame);
        await SendHeadersAsync(end: true, ("grpc-status", "0"), ("grpc-message", ""));
    }

    public async Task ResetAsync(byte code) => await stream.WriteAsync(Http2Socket.Frame(Http2Frame.Reset, 0, id, [0, 0, 0, code]));

    public async Task GoAwayAsync(byte lastStream, byte code = 0) =>
        await stream.WriteAsync(Http2Socket.Frame(Http2Frame.GoAway, 0, 0, [0, 0, 0, lastStream, 0, 0, 0, code]));

    public void Cut() => client.Client.Close(0);
}
