using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Micro.AbuseTests.Lab;

/// <summary>Sends bytes as they are and reads what comes back.</summary>
internal static partial class Exchange
{
    /// <summary>After so long without a byte the other side waits for more, and this side ends.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>The statuses of all replies, with commas between them; <c>none</c> when there was none.</summary>
    public static async Task<string> StatusesAsync(string address, string request)
    {
        var reply = await SendAsync(address, request);
        var statuses = StatusLine().Matches(reply).Select(static match => match.Groups[1].Value).ToList();
        return statuses.Count == 0 ? "none" : string.Join(',', statuses);
    }

    /// <summary>All that came back until the other side closed, or fell silent.</summary>
    public static async Task<string> SendAsync(string address, string request)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPEndPoint.Parse(address));
        var stream = client.GetStream();
        var reply = new StringBuilder();
        var bytes = new byte[4096];
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            while (true)
            {
                using var limit = new CancellationTokenSource(Silence);
                var count = await stream.ReadAsync(bytes, limit.Token);
                if (count == 0)
                {
                    break;
                }

                reply.Append(Encoding.Latin1.GetString(bytes, 0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Refused with a reset, or silent: what had come until then counts.
        }

        return reply.ToString();
    }

    [GeneratedRegex("HTTP/1\\.1 ([0-9]{3}) ")]
    private static partial Regex StatusLine();
}
