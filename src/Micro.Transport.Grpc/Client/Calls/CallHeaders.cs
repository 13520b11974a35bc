using System.Collections.Frozen;
using System.Globalization;
using Micro.Transport.Grpc.Framing;
using Micro.Transport.Mucp;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>Writes the headers of calls. Safe for concurrent use.</summary>
internal sealed class CallHeaders
{
    private static readonly string UserAgent = $"grpc-dotnet-micro/{typeof(CallHeaders).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Headers of HTTP, of gRPC or of mucp: whoever passes metadata on may hold them from the call before.</summary>
    private static readonly FrozenSet<string> Own = FrozenSet.ToFrozenSet(
        [
            "content-type", "content-encoding", "accept", "accept-encoding", "user-agent", "timeout", "x-content-type",
            "micro-id", "micro-service", "micro-method", "micro-endpoint", "micro-error", "micro-stream", "micro-topic",
            "x-micro-id", "x-micro-service", "x-micro-method", "x-micro-endpoint", "x-micro-error", "x-micro-stream",
        ],
        StringComparer.OrdinalIgnoreCase);

    private volatile TimeoutValues _lastTimeout = new(TimeSpan.Zero);

    /// <exception cref="MicroException">The metadata is too large, or cannot travel over gRPC.</exception>
    public void Write(HttpRequestMessage request, CallFormat format, TimeSpan timeout, CallMetadata? metadata)
    {
        var headers = request.Headers;
        request.Content!.Headers.TryAddWithoutValidation("content-type", format.ContentType);
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", UserAgent);
        headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        headers.TryAddWithoutValidation("x-content-type", format.Name);
        if (timeout > TimeSpan.Zero)
        {
            // Nearly all attempts have the same.
            var values = _lastTimeout;
            if (values.Timeout != timeout)
            {
                _lastTimeout = values = new TimeoutValues(timeout);
            }

            headers.TryAddWithoutValidation("grpc-timeout", values.Grpc);
            headers.TryAddWithoutValidation("timeout", values.Nanoseconds);
        }

        if (metadata is { Count: > 0 })
        {
            WriteMetadata(request, metadata);
        }
    }

    private static void WriteMetadata(HttpRequestMessage request, CallMetadata metadata)
    {
        var bytes = 0;
        foreach (var (key, value) in metadata)
        {
            if (HeaderRules.IsReserved(key) || Own.Contains(key))
            {
                continue;
            }

            bytes += key.Length + value.Length + 4;
            if (bytes > HeaderRules.MaxMetadataBytes)
            {
                throw Wrong($"metadata exceeds the limit of {HeaderRules.MaxMetadataBytes} bytes");
            }

            if (GrpcMetadata.IsBinaryKey(key) && !Base64Text.IsValidList(value))
            {
                throw Wrong($"metadata value of '{key}' is no base64, which keys ending in -bin must have over gRPC");
            }

            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw Wrong($"metadata value of '{key}' holds characters other than printable ASCII, which do not travel over gRPC: use base64 and a key ending in -bin");
            }

            // A few names belong to the body in the eyes of HttpClient; on the wire they are all alike.
            if (!request.Headers.TryAddWithoutValidation(key, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(key, value);
            }
        }
    }

    private static MicroException Wrong(string detail) => new(400, "go.micro.client", detail, ErrorKind.InvalidRequest);

    private sealed class TimeoutValues(TimeSpan timeout)
    {
        public TimeSpan Timeout { get; } = timeout;

        public string Grpc { get; } = TimeoutText.Format(timeout);

        public string Nanoseconds { get; } = DeadlineHeader.FromTimeSpan(timeout).ToString(CultureInfo.InvariantCulture);
    }
}
