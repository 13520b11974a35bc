using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Micro.Transport.Messages;

namespace Micro.Server;

/// <summary>
/// Answers <c>GET /health</c>, <c>/health/live</c> and <c>/health/ready</c> on the service's own port, for probes and people.
/// </summary>
internal sealed class HealthResponder(string serviceName, Func<HealthReport> report)
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next change of the registration. Read it before the report.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Returns the current state.</summary>
    public HealthReport Report() => report();

    /// <summary>Returns the whole HTTP response, or <see langword="null"/> when the message is not a health request.</summary>
    /// <param name="head">The message.</param>
    /// <param name="closes"><see langword="true"/> when the connection ends after the answer.</param>
    public byte[]? TryAnswer(MessageHead head, bool closes)
    {
        if (head.Method is not (RequestMethod.Get or RequestMethod.Head))
        {
            return null;
        }

        var isHead = head.Method == RequestMethod.Head;
        var target = RequestLine.TargetOf(head.StartLine);
        var query = target.IndexOf((byte)'?');
        var body = new ArrayBufferWriter<byte>();
        return TryDescribe(query < 0 ? target : target[..query], body, out var isUp) ? Respond(isUp, body, isHead, closes) : null;
    }

    /// <summary>Writes the JSON body of an answer; <see langword="false"/> for any other path.</summary>
    public bool TryDescribe(ReadOnlySpan<byte> path, IBufferWriter<byte> body, out bool isUp)
    {
        isUp = true;
        path = path.Length > 1 ? path.TrimEnd((byte)'/') : path;
        if (path.SequenceEqual("/health/live"u8))
        {
            Describe(isUp, new HealthReport(IsReady: true, "alive", null), body);
            return true;
        }

        if (!path.SequenceEqual("/health"u8) && !path.SequenceEqual("/health/ready"u8))
        {
            return false;
        }

        var now = Report();
        isUp = now.IsReady;
        Describe(isUp, now, body);
        return true;
    }

    /// <summary>Completes <see cref="Changed"/>.</summary>
    public void Notify() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private static byte[] Respond(bool isUp, ArrayBufferWriter<byte> body, bool isHead, bool closes)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(isUp ? "200 OK" : "503 Service Unavailable")}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n{(closes ? "Connection: close\r\n" : "")}Content-Length: {body.WrittenCount}\r\n\r\n");
        return isHead ? Encoding.ASCII.GetBytes(head) : [.. Encoding.ASCII.GetBytes(head), .. body.WrittenSpan];
    }

    private void Describe(bool isUp, HealthReport now, IBufferWriter<byte> body)
    {
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

            if (now.Conflict is { } other)
            {
                json.WriteString("same_id_at", other);
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
    }
}
