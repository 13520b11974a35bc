using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Micro.AbuseTests.Lab;

/// <summary>Sends bytes as they are, ends its side, and reads what comes back.</summary>
internal static partial class Exchange
{
    /// <summary>The statuses of all replies, with commas between them; <c>none</c> when there was none.</summary>
    public static async Task<string> StatusesAsync(string address, string request)
    {
        var reply = await SendAsync(address, request);
        var statuses = StatusLine().Matches(reply).Select(static match => match.Groups[1].Value).ToList();
        return statuses.Count == 0 ? "none" : string.Join(',', statuses);
    }

    /// <summary>All that came back until the other side closed.</summary>
    public static async Task<string> SendAsync(string address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var bytes = new MemoryStream();
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            await client.GetStream().CopyToAsync(bytes, limit.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Refused with a reset: what had come until then counts.
        }

        return Encoding.Latin1.GetString(bytes.ToArray());
    }

    [GeneratedRegex("HTTP/1\\.1 ([0-9]{3}) ")]
    private static partial Regex StatusLine();
}
