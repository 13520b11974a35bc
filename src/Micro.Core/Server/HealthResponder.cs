using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Micro.Transport.Mucp;

namespace Micro.Server;

/// <summary>
/// Answers <c>GET /health</c>, <c>/health/live</c> and <c>/health/ready</c> on the service's own port, for probes and people.
/// </summary>
internal sealed class HealthResponder(string serviceName, Func<HealthReport> report)
{
    /// <summary>The whole HTTP response, or <see langword="null"/> when the message is no question about health.</summary>
    /// <param name="head">The message.</param>
    /// <param name="closes">Whether the connection ends after the answer.</param>
    public byte[]? TryAnswer(MessageHead head, bool closes)
    {
        var line = head.StartLine;
        var isHead = line.StartsWith("HEAD "u8);
        if (!isHead && !line.StartsWith("GET "u8))
        {
            return null;
        }

        var target = line[(line.IndexOf((byte)' ') + 1)..line.LastIndexOf((byte)' ')];
        var query = target.IndexOf((byte)'?');
        target = query < 0 ? target : target[..query];
        if (target.SequenceEqual("/health/live"u8))
        {
            return Respond(isUp: true, new HealthReport(IsReady: true, "alive", null), isHead, closes);
        }

        if (!target.SequenceEqual("/health"u8) && !target.SequenceEqual("/health/ready"u8))
        {
            return null;
        }

        var now = report();
        return Respond(now.IsReady, now, isHead, closes);
    }

    private byte[] Respond(bool isUp, HealthReport now, bool isHead, bool closes)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("status", isUp ? "up" : "down");
            json.WriteString("service", serviceName);
            json.WriteString("registration", now.Registration);
            if (now.Error is { } error)
            {
                json.WriteString("error", error);
            }

            if (now.IsDegraded)
            {
                json.WriteBoolean("degraded", true);
            }

            if (now.SnapshotAge > HealthReport.SnapshotGrace)
            {
                json.WriteNumber("registry_silent_seconds", (long)now.SnapshotAge.TotalSeconds);
            }

            json.WriteEndObject();
        }

        body.Write("\n"u8);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(isUp ? "200 OK" : "503 Service Unavailable")}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n{(closes ? "Connection: close\r\n" : "")}Content-Length: {body.WrittenCount}\r\n\r\n");
        return isHead ? Encoding.ASCII.GetBytes(head) : [.. Encoding.ASCII.GetBytes(head), .. body.WrittenSpan];
    }
}
