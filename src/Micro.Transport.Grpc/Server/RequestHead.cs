using Micro.Transport.Grpc.Framing;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Server;

/// <summary>The headers of a call: what they mean to the protocol, and the metadata in them.</summary>
internal sealed class RequestHead(IHeaderDictionary headers, GrpcServer server) : IHeaderSource
{
    private const int MaxTimeoutLength = 20;

    /// <summary>Names that are gRPC's or go-micro's own and no metadata of the caller.</summary>
    private static bool IsOwn(string name) => name.Length switch
    {
        2 => name.Equals("te", StringComparison.OrdinalIgnoreCase),
        7 => name.Equals("timeout", StringComparison.OrdinalIgnoreCase),
        _ => name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) || name.Equals("x-content-type", StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>Whether messages may be compressed with gzip.</summary>
    /// <exception cref="CallRefusal">Another compression is named.</exception>
    public bool IsGzip() => headers.GrpcEncoding.ToString() switch
    {
        "" or "identity" => false,
        "gzip" => true,
        var other => throw new CallRefusal(StatusCode.Unimplemented, $"compression '{other}' is not supported: identity and gzip are"),
    };

    /// <summary>When the call has to be done: the earlier of gRPC's deadline and go-micro's; <see cref="long.MaxValue"/> for never.</summary>
    /// <param name="time">Source of time.</param>
    /// <param name="now">When the head was read.</param>
    /// <exception cref="CallRefusal">gRPC's deadline is malformed.</exception>
    public long ReadDeadline(TimeProvider time, long now)
    {
        var deadline = long.MaxValue;
        if (headers.GrpcTimeout.ToString() is { Length: > 0 } text)
        {
            if (!TimeoutText.TryParse(text, out var timeout))
            {
                throw CallRefusal.Malformed("grpc-timeout must be 1 to 8 digits and one of H, M, S, m, u, n");
            }

            deadline = Deadline(timeout, time, now);
        }

        if (headers["timeout"].ToString() is not { Length: > 0 and < MaxTimeoutLength } own)
        {
            return deadline;
        }

        Span<byte> nanoseconds = stackalloc byte[MaxTimeoutLength];
        return Math.Min(deadline, DeadlineHeader.ToTimestamp(nanoseconds[..System.Text.Encoding.ASCII.GetBytes(own, nanoseconds)], time, now));
    }

    /// <summary>Checks what no handler could read otherwise.</summary>
    /// <exception cref="CallRefusal">A binary value is no base64.</exception>
    public void ThrowIfMalformed()
    {
        foreach (var (name, values) in headers)
        {
            if (!Base64Text.IsBinaryKey(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                if (!Base64Text.IsValidList(value))
                {
                    throw CallRefusal.Malformed($"the value of '{name}' is no base64");
                }
            }
        }
    }

    /// <summary>Binary values stay base64, as they travel on.</summary>
    public CallMetadata ReadMetadata()
    {
        var metadata = new CallMetadata();
        foreach (var (name, values) in headers)
        {
            if (!IsOwn(name) && !metadata.AddReceived(name, values.Count > 0 ? values[0] ?? "" : "") && server.DroppedHeaders.TryPass(out var unlogged))
            {
                server.Host.Logger.MetadataDropped(HeaderRules.Clean(name), unlogged);
            }
        }

        return metadata;
    }

    public string? ReadHeader(string name) => headers.TryGetValue(name, out var values) ? values.ToString() : null;

    private static long Deadline(TimeSpan timeout, TimeProvider time, long now)
    {
        var ticks = timeout.TotalSeconds * time.TimestampFrequency;
        return ticks >= long.MaxValue - now ? long.MaxValue : now + (long)ticks;
    }
}
