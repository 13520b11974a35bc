using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using Micro.Transport.Grpc.Framing;
using Micro.Transport.Messages;

namespace Micro.Transport.Grpc.Client;

/// <summary>Writes the headers of calls that the gRPC library does not write. Safe for concurrent use.</summary>
internal sealed class CallHeaders
{
    private static readonly string UserAgent = $"grpc-dotnet-micro/{typeof(CallHeaders).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Headers of HTTP, gRPC and mucp, which forwarded metadata may hold from the previous call.</summary>
    private static readonly FrozenSet<string> Own = FrozenSet.ToFrozenSet(
        [
            "content-type", "content-encoding", "accept", "accept-encoding", "user-agent", "timeout", "x-content-type",
            "micro-id", "micro-service", "micro-method", "micro-endpoint", "micro-error", "micro-stream", "micro-topic",
            "x-micro-id", "x-micro-service", "x-micro-method", "x-micro-endpoint", "x-micro-error", "x-micro-stream",
        ],
        StringComparer.OrdinalIgnoreCase);

    private volatile TimeoutValues _lastTimeout = new(TimeSpan.Zero);

    /// <exception cref="MicroException">The metadata is too large, or gRPC cannot carry it.</exception>
    public static void ThrowIfInvalid(CallMetadata? metadata)
    {
        if (metadata is null or { Count: 0 })
        {
            return;
        }

        var (bytes, entries) = (0, 0);
        foreach (var (key, value) in metadata)
        {
            if (!IsSent(key))
            {
                continue;
            }

            bytes += key.Length + value.Length + 4;
            if (HeaderRules.SizeProblem(bytes, ++entries) is { } problem)
            {
                throw InvalidMetadata(problem);
            }

            if (Base64Text.IsBinaryKey(key) && !Base64Text.IsValidList(value))
            {
                throw InvalidMetadata($"metadata value of '{key}' is not base64, as gRPC requires of keys ending in -bin");
            }

            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw InvalidMetadata($"metadata value of '{key}' holds characters other than printable ASCII, which gRPC cannot carry: use base64 and a key ending in -bin");
            }
        }
    }

    /// <summary>Completes the request of a call whose metadata is valid.</summary>
    public void Write(HttpRequestMessage request, OutgoingCall call)
    {
        var headers = request.Headers;
        request.Content!.Headers.ContentType = call.Format.ContentType;
        headers.Remove("user-agent");
        headers.TryAddWithoutValidation("user-agent", UserAgent);
        if (!call.NeedsOnlyGrpcHeaders)
        {
            headers.TryAddWithoutValidation("x-content-type", call.Format.Name);
        }

        if (call.Timeout > TimeSpan.Zero)
        {
            // Nearly all attempts share one value.
            var values = _lastTimeout;
            if (values.Timeout != call.Timeout)
            {
                _lastTimeout = values = new TimeoutValues(call.Timeout);
            }

            headers.TryAddWithoutValidation("grpc-timeout", values.Grpc);
            if (!call.NeedsOnlyGrpcHeaders)
            {
                headers.TryAddWithoutValidation("timeout", values.Nanoseconds);
            }
        }

        if (call.Metadata is { Count: > 0 } metadata)
        {
            Write(headers, request.Content.Headers, metadata);
        }
    }

    private static void Write(HttpRequestHeaders headers, HttpContentHeaders contentHeaders, CallMetadata metadata)
    {
        foreach (var (key, value) in metadata)
        {
            // HttpClient treats a few names as content headers; on the wire they are all alike.
            if (IsSent(key) && !headers.TryAddWithoutValidation(key, value))
            {
                contentHeaders.TryAddWithoutValidation(key, value);
            }
        }
    }

    private static bool IsSent(string key) => !HeaderRules.IsReserved(key) && !Own.Contains(key);

    private static MicroException InvalidMetadata(string detail) => new(400, "go.micro.client", detail, ErrorKind.InvalidRequest);

    private sealed class TimeoutValues(TimeSpan timeout)
    {
        public TimeSpan Timeout { get; } = timeout;

        public string Grpc { get; } = TimeoutText.Format(timeout);

        public string Nanoseconds { get; } = DeadlineHeader.FromTimeSpan(timeout).ToString(CultureInfo.InvariantCulture);
    }
}
