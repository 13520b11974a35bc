using System.Globalization;
using System.Net.Http.Headers;
using Grpc.Core;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// Reads the failure of a call from its answer. The gRPC library reports its own failures with a status too; only the
/// answer distinguishes them from the server's.
/// </summary>
internal static class ResponseStatus
{
    private const string StatusName = "grpc-status";

    /// <summary>Returns the server's failure; <see langword="null"/> when the answer has none.</summary>
    public static GrpcException? Find(HttpResponseMessage answer)
    {
        var source = EndFields(answer);
        if (First(source, StatusName) is { } text)
        {
            var isKnown = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= (int)StatusCode.Unauthenticated;
            var code = isKnown ? (StatusCode)number : StatusCode.Unknown;
            return code == StatusCode.OK
                ? null
                : new GrpcException(code, First(source, "grpc-message") is { } message ? PercentText.Decode(message) : $"status {text}")
                {
                    StatusDetails = Details(source),
                    RetryPushback = Pushback(source),
                    Trailers = AnswerMetadata.ToMetadata(source),
                };
        }

        if ((int)answer.StatusCode != 200)
        {
            return new GrpcException(GrpcStatusCodes.FromHttpStatus((int)answer.StatusCode), $"HTTP status {(int)answer.StatusCode}");
        }

        var type = answer.Content.Headers.NonValidated.TryGetValues("content-type", out var values) ? values.ToString() : "";
        return type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            ? null
            : new GrpcException(StatusCode.Unknown, $"the answer is not gRPC, its content type is '{type}'", ErrorKind.Protocol);
    }

    /// <summary>Returns the library's own failure for an answer without a failure of the server.</summary>
    public static GrpcException FromLibrary(HttpResponseMessage answer, Status status) =>
        status.StatusCode == StatusCode.Cancelled && First(EndFields(answer), StatusName) is null
            ? new GrpcException(StatusCode.Internal, "the answer ended without a status", ErrorKind.Protocol)
            : status.StatusCode == StatusCode.ResourceExhausted ? new GrpcException(status.StatusCode, $"{status.Detail} ({TransportLimits.ClientSizeFlag})", ErrorKind.Protocol)
            : new GrpcException(status.StatusCode, status.Detail, ErrorKind.Protocol);

    /// <summary>Returns whether the answer consists of headers alone, which then hold the status.</summary>
    public static bool IsTrailersOnly(HttpResponseMessage answer) => answer.Headers.NonValidated.Contains(StatusName);

    /// <summary>Returns the fields that end the answer: a server that has nothing else to report sends the status in its headers.</summary>
    public static HttpResponseHeaders EndFields(HttpResponseMessage answer) =>
        IsTrailersOnly(answer) && !answer.TrailingHeaders.NonValidated.Contains(StatusName) ? answer.Headers : answer.TrailingHeaders;

    /// <summary>Reads <c>grpc-retry-pushback-ms</c>; an invalid or negative value forbids a retry.</summary>
    private static TimeSpan? Pushback(HttpHeaders headers) =>
        First(headers, "grpc-retry-pushback-ms") is not { } text ? null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds)
        : Timeout.InfiniteTimeSpan;

    private static ReadOnlyMemory<byte> Details(HttpHeaders headers)
    {
        try
        {
            return First(headers, "grpc-status-details-bin") is { } text ? Base64Text.Decode(text) : default;
        }
        catch (FormatException)
        {
            return default; // the status matters more than its details
        }
    }

    private static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
