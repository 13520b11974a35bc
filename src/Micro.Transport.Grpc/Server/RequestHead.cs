using Micro.Transport.Grpc.Framing;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Server;

/// <summary>The headers of a call: protocol fields and metadata.</summary>
internal sealed class RequestHead(IHeaderDictionary headers, GrpcServer server) : IHeaderSource
{
    private const int MaxTimeoutLength = 20;

    /// <summary>Names of gRPC or go-micro, which are not metadata of the caller.</summary>
    private static bool IsOwn(string name) => name.Length switch
    {
        2 => name.Equals("te", StringComparison.OrdinalIgnoreCase),
        7 => name.Equals("timeout", StringComparison.OrdinalIgnoreCase),
        _ => name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) || name.Equals("x-content-type", StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>Returns whether messages may be compressed with gzip.</summary>
    /// <exception cref="CallRefusal">Another compression is named.</exception>
    public bool IsGzip() => headers.GrpcEncoding.ToString() switch
    {
        "" or "identity" => false,
        "gzip" => true,
        var other => throw new CallRefusal(StatusCode.Unimplemented, $"compression '{other}' is not supported: use identity or gzip"),
    };

    /// <summary>Returns the deadline: the earlier of gRPC's and go-micro's; <see cref="long.MaxValue"/> without one.</summary>
    /// <param name="time">Source of time.</param>
    /// <param name="now">The time at which the head was read.</param>
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

    /// <summary>Checks that handlers can read all values.</summary>
    /// <exception cref="CallRefusal">A binary value is not base64.</exception>
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
                    throw CallRefusal.Malformed($"the value of '{name}' is not base64");
                }
            }
        }
    }

    /// <summary>Returns the metadata; binary values stay base64.</summary>
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
