using System.Globalization;
using System.Net.Http.Headers;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client;

/// <summary>Reads head, status and metadata of a response.</summary>
internal static class ResponseStatus
{
    private const string Status = "grpc-status";

    /// <summary>Fails unless the answer comes from a gRPC server.</summary>
    public static void ThrowIfNotGrpc(HttpResponseMessage response)
    {
        if ((int)response.StatusCode != 200)
        {
            // A gRPC status, if there is one, says more than the status of HTTP.
            ThrowIfFailed(response.Headers, response.Headers, isRequired: false);
            throw new GrpcException(GrpcStatusCodes.FromHttpStatus((int)response.StatusCode), $"HTTP status {(int)response.StatusCode}");
        }

        var type = response.Content.Headers.NonValidated.TryGetValues("content-type", out var values) ? values.ToString() : "";
        if (!type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
        {
            throw new GrpcException(GrpcStatusCode.Unknown, $"the answer is no gRPC, its content type is '{type}'", ErrorKind.Protocol);
        }
    }

    /// <summary>Fails unless the status is OK. Call it when the body is read to its end.</summary>
    /// <returns>The trailers.</returns>
    public static GrpcMetadata ThrowIfFailed(HttpResponseMessage response)
    {
        var source = SourceOf(response);
        return ThrowIfFailed(source, source, isRequired: true);
    }

    /// <summary>The same for callers that do not look at the trailers.</summary>
    public static void ThrowIfNotOk(HttpResponseMessage response)
    {
        var source = SourceOf(response);
        if (!string.Equals(First(source, Status), "0", StringComparison.Ordinal))
        {
            ThrowIfFailed(source, source, isRequired: true);
        }
    }

    public static GrpcMetadata Metadata(HttpHeaders headers)
    {
        var metadata = new GrpcMetadata();
        foreach (var (key, values) in headers.NonValidated)
        {
            if (key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                try
                {
                    metadata.AddReceived(key, value);
                }
                catch (FormatException exception)
                {
                    throw new GrpcException(GrpcStatusCode.Internal, $"the value of '{key}' is no base64", ErrorKind.Protocol, exception);
                }
            }
        }

        return metadata;
    }

    public static string? Encoding(HttpResponseMessage response) => First(response.Headers, "grpc-encoding");

    /// <summary>A server that has nothing else to say sends the status in place of headers.</summary>
    private static HttpResponseHeaders SourceOf(HttpResponseMessage response) =>
        response.TrailingHeaders.NonValidated.Contains(Status) || !response.Headers.NonValidated.Contains(Status)
            ? response.TrailingHeaders
            : response.Headers;

    private static GrpcMetadata ThrowIfFailed(HttpHeaders headers, HttpHeaders trailers, bool isRequired)
    {
        if (First(headers, Status) is not { } text)
        {
            return isRequired
                ? throw new GrpcException(GrpcStatusCode.Internal, "the answer ended without a status", ErrorKind.Protocol)
                : GrpcMetadata.Empty;
        }

        var isKnown = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 16;
        var code = isKnown ? (GrpcStatusCode)number : GrpcStatusCode.Unknown;
        if (code == GrpcStatusCode.Ok)
        {
            return Metadata(trailers);
        }

        var message = First(headers, "grpc-message") is { } encoded ? PercentText.Decode(encoded) : $"status {text}";
        throw new GrpcException(code, message) { StatusDetails = Details(headers), Trailers = Metadata(trailers) };
    }

    private static ReadOnlyMemory<byte> Details(HttpHeaders headers)
    {
        try
        {
            return First(headers, "grpc-status-details-bin") is { } text ? Base64Text.Decode(text) : default;
        }
        catch (FormatException)
        {
            return default; // the status itself is worth more than its details
        }
    }

    private static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
