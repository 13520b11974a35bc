using System.Net.Sockets;
using System.Text;

namespace Micro.InteropTests.Mucp;

/// <summary>A plain socket to a server under test.</summary>
public sealed class ReplaySocket : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private ReplaySocket(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    public static async Task<ReplaySocket> ConnectAsync(string address)
    {
        NodeAddress.TryParse(address, out _, out var port).Should().BeTrue();
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        return new ReplaySocket(client);
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads one message; <see langword="null"/> when the server closed.</summary>
    public async Task<RecordedMessage?> ReadAsync(int seconds = 10)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        return await HttpText.ReadAsync(_stream, limit.Token);
    }

    /// <summary>Whether nothing comes for a while.</summary>
    public async Task<bool> IsSilentAsync(int milliseconds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds));
        try
        {
            return await _stream.ReadAsync(new byte[1], limit.Token) == -1;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Dispose() => _client.Dispose();
}
