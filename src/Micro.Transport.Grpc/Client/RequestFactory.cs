using System.Net;
using System.Net.Http.Headers;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client;

/// <summary>Makes the HTTP/2 requests of one channel. The one place that adds headers without the checks of HttpClient.</summary>
internal sealed class RequestFactory(Uri address, GrpcTlsOptions tls)
{
    private static readonly string UserAgent = $"grpc-dotnet-micro/{typeof(RequestFactory).Assembly.GetName().Version?.ToString(3)}";

    public HttpRequestMessage Create(string path, HttpContent content, GrpcCallOptions? options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        if (tls.ServerName is { } name)
        {
            request.Headers.Host = $"{name}:{address.Port}";
        }

        content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType(options?.ContentSubtype));
        Add(request, "te", "trailers");
        Add(request, "user-agent", UserAgent);
        Add(request, "grpc-accept-encoding", "identity");
        if (options?.Timeout is { } timeout && timeout > TimeSpan.Zero)
        {
            Add(request, "grpc-timeout", TimeoutText.Format(timeout));
        }

        // Metadata is checked when it is added: no line break can get here.
        foreach (var entry in options?.Metadata ?? GrpcMetadata.Empty)
        {
            Add(request, entry.Key, entry.Text);
        }

        return request;
    }

    private static void Add(HttpRequestMessage request, string key, string value) => request.Headers.TryAddWithoutValidation(key, value);

    private static string ContentType(string? subtype)
    {
        if (string.IsNullOrEmpty(subtype))
        {
            return "application/grpc";
        }

        return subtype.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.')
            ? $"application/grpc+{subtype}"
            : throw new ArgumentException($"'{subtype}' is no content subtype: letters, digits, '-' and '.' only", nameof(subtype));
    }
}
