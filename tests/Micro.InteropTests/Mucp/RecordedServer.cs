using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Micro.InteropTests.Mucp;

/// <summary>Plays the server's side of a recording: answers each request that comes with what the Go server sent next.</summary>
public sealed class RecordedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public RecordedServer(string recording)
    {
        _listener.Start();
        _running = Task.Run(() => RunAsync([.. Recording.Read(recording).GetProperty("connections").EnumerateArray()]));
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>What our client sent, in order.</summary>
    public List<RecordedMessage> Received { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(List<JsonElement> connections)
    {
        try
        {
            foreach (var connection in connections)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await PlayAsync(client.GetStream(), connection);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The test is over, or the client has what it wanted.
        }
    }

    private async Task PlayAsync(NetworkStream stream, JsonElement connection)
    {
        foreach (var message in connection.EnumerateArray().Where(message => message.TryGetProperty("raw_hex", out _)))
        {
            if (message.GetProperty("from").GetString() == "client")
            {
                Received.Add(await HttpText.ReadAsync(stream, _stop.Token) ?? throw new IOException("the client closed"));
            }
            else
            {
                await stream.WriteAsync(RecordedMessage.From(message).Raw, _stop.Token);
            }
        }

        var end = connection.EnumerateArray().FirstOrDefault(message => message.TryGetProperty("tcp_fin", out _));
        if (end.ValueKind == JsonValueKind.Object && end.GetProperty("from").GetString() == "client")
        {
            while (await stream.ReadAsync(new byte[256], _stop.Token) > 0)
            {
            }
        }
    }
}
