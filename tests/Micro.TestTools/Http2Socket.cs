using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Micro.TestTools;

/// <summary>One HTTP/2 frame.</summary>
public sealed record Http2Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte Data = 0, Headers = 1, Priority = 2, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;

    public const byte EndStream = 1, EndHeaders = 4, Ack = 1;

    /// <summary>What a header frame says.</summary>
    public IReadOnlyList<(string Name, string Value)> Block { get; init; } = [];

    public bool IsEndOfStream => Type is Data or Headers && (Flags & EndStream) != 0;

    public uint Number(int at = 0) => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(at));
}

/// <summary>
/// HTTP/2 written by hand over a plain socket, to send what no library would. Header blocks go out without compression; those
/// that come in are only searched for text, or decoded by <see cref="HeaderBlock"/>.
/// </summary>
public sealed class Http2Socket : IDisposable
{
    public const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly HeaderBlock _headers = new();
    private bool _hasServerClosed;

    private Http2Socket(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    /// <summary>Whether something could not be sent any more.</summary>
    public bool HasServerClosed => _hasServerClosed;

    /// <summary>Connects, without a word.</summary>
    /// <param name="address">Host and port.</param>
    /// <param name="from">The own address; without it the system chooses.</param>
    /// <param name="receiveBuffer">Bytes that the system takes before they are read; without it the system chooses.</param>
    public static async Task<Http2Socket> OpenAsync(string address, IPAddress? from = null, int? receiveBuffer = null)
    {
        var client = new TcpClient(new IPEndPoint(from ?? IPAddress.Any, 0)) { NoDelay = true };
        if (receiveBuffer is { } bytes)
        {
            client.ReceiveBufferSize = bytes;
        }

        await client.ConnectAsync(IPEndPoint.Parse(address));
        return new Http2Socket(client);
    }

    /// <summary>Connects and says hello.</summary>
    public static Task<Http2Socket> ConnectAsync(string address, params (ushort Id, uint Value)[] settings) => ConnectAsync(address, null, settings);

    /// <summary>Connects from an address and says hello.</summary>
    public static async Task<Http2Socket> ConnectAsync(string address, IPAddress? from, params (ushort Id, uint Value)[] settings)
    {
        var socket = await OpenAsync(address, from);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Preface));
        var payload = new byte[settings.Length * 6];
        for (var index = 0; index < settings.Length; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(index * 6), settings[index].Id);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((index * 6) + 2), settings[index].Value);
        }

        await socket.SendAsync(Http2Frame.Settings, 0, 0, payload);
        return socket;
    }

    /// <summary>Sends; a server that has closed already is found out by reading what it said.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            _hasServerClosed = true;
        }
    }

    public Task SendAsync(byte type, byte flags, int stream, byte[] payload) => SendAsync(Frame(type, flags, stream, payload));

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>Headers of a call as a gRPC client sends them; given ones replace or, with null, remove them.</summary>
    public static List<(string Name, string Value)> CallHeaders(string path, params (string Name, string? Value)[] changes)
    {
        List<(string Name, string Value)> headers =
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
        ];
        foreach (var (name, value) in changes)
        {
            var at = headers.FindIndex(header => header.Name == name);
            if (at >= 0)
            {
                headers.RemoveAt(at);
            }

            if (value is not null)
            {
                headers.Insert(at >= 0 ? at : headers.Count, (name, value));
            }
        }

        return headers;
    }

    public Task SendHeadersAsync(int stream, IEnumerable<(string Name, string Value)> headers, bool end = false) =>
        SendAsync(Http2Frame.Headers, (byte)(Http2Frame.EndHeaders | (end ? Http2Frame.EndStream : 0)), stream, HeaderBlock.Encode(headers));

    public Task SendDataAsync(int stream, byte[] data, bool end = false) => SendAsync(Http2Frame.Data, end ? Http2Frame.EndStream : (byte)0, stream, data);

    /// <summary>Reads the next frame; null when the server closed.</summary>
    public async Task<Http2Frame?> ReadAsync(int seconds = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var head = new byte[9];
        try
        {
            if (await _stream.ReadAtLeastAsync(head, 9, throwOnEndOfStream: false, limit.Token) < 9)
            {
                return null;
            }

            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await _stream.ReadExactlyAsync(payload, limit.Token);

            // All are decoded, also those that nobody asks for: later ones refer to earlier ones.
            return new Http2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, payload)
            {
                Block = head[3] == Http2Frame.Headers ? _headers.Decode(payload) : [],
            };
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads up to a frame of this kind on a stream, and answers settings and pings meanwhile; null when the server closed.</summary>
    public async Task<Http2Frame?> ReadFrameAsync(int stream, byte type, int seconds = 20)
    {
        while (await ReadAsync(seconds) is { } frame)
        {
            await AcknowledgeAsync(frame);
            if (frame.Stream == stream && frame.Type == type)
            {
                return frame;
            }
        }

        return null;
    }

    /// <summary>Reads the whole answer on a stream, and answers settings and pings meanwhile.</summary>
    public async Task<Http2Answer> ReadAnswerAsync(int stream, int seconds = 20)
    {
        var answer = new Http2Answer();
        while (await ReadAsync(seconds) is { } frame)
        {
            switch (frame.Type)
            {
                case Http2Frame.Headers when frame.Stream == stream:
                    answer.Add(frame.Block);
                    break;
                case Http2Frame.Data when frame.Stream == stream:
                    answer.Body.AddRange(frame.Payload);
                    break;
                case Http2Frame.Reset when frame.Stream == stream:
                    answer.ResetCode = (int)frame.Number();
                    return answer;
                case Http2Frame.GoAway:
                    answer.GoAwayCode = (int)frame.Number(4);
                    continue;
                default:
                    await AcknowledgeAsync(frame);
                    break;
            }

            if (frame.Stream == stream && frame.IsEndOfStream)
            {
                return answer;
            }
        }

        answer.IsClosed = true;
        return answer;
    }

    /// <summary>Answers a frame of settings, or a ping.</summary>
    public async Task AcknowledgeAsync(Http2Frame frame)
    {
        if (frame.Type is Http2Frame.Settings or Http2Frame.Ping && (frame.Flags & Http2Frame.Ack) == 0)
        {
            await SendAsync(frame.Type, Http2Frame.Ack, 0, frame.Type == Http2Frame.Ping ? frame.Payload : []);
        }
    }

    /// <summary>Makes a whole unary call on a stream.</summary>
    public async Task<Http2Answer> CallAsync(int stream, byte[] body, IEnumerable<(string Name, string Value)>? headers = null)
    {
        await SendHeadersAsync(stream, headers ?? CallHeaders("/greeter.Greeter/Hello"));
        await SendDataAsync(stream, body, end: true);
        return await ReadAnswerAsync(stream);
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>What came back on one stream.</summary>
public sealed class Http2Answer
{
    private readonly List<IReadOnlyList<(string Name, string Value)>> _blocks = [];

    public List<byte> Body { get; } = [];

    public int? ResetCode { get; set; }

    public int? GoAwayCode { get; set; }

    public bool IsClosed { get; set; }

    public string? HttpStatus => this[":status"];

    public string? GrpcStatus => this["grpc-status"];

    public string? GrpcMessage => this["grpc-message"];

    /// <summary>Whether the status came in place of headers.</summary>
    public bool IsTrailersOnly => _blocks.Count == 1;

    public string? this[string name] => _blocks.SelectMany(block => block).LastOrDefault(header => header.Name == name).Value;

    public void Add(IReadOnlyList<(string Name, string Value)> block) => _blocks.Add(block);

    public override string ToString() =>
        $"{string.Join(" | ", _blocks.Select(block => string.Join(", ", block)))} body {Body.Count} reset {ResetCode} goaway {GoAwayCode} closed {IsClosed}";
}
