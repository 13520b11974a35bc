using System.Buffers.Binary;
using System.Net;

namespace Micro.Packages.Tests;

/// <summary>Calls as any HTTP client makes them.</summary>
internal static class Call
{
    public static async Task<string> JsonAsync(string address, string endpoint, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}/") { Content = new StringContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Micro-Endpoint", endpoint);
        return (await SendAsync(request)).Trim();
    }

    /// <summary>A gRPC call with a JSON message.</summary>
    public static async Task<string> GrpcAsync(string address, string path, string body)
    {
        var frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        System.Text.Encoding.ASCII.GetBytes(body, frame.AsSpan(5));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}/{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new("application/grpc+json");
        request.Headers.Add("te", "trailers");
        return (await SendAsync(request))[5..].Trim();
    }

    private static async Task<string> SendAsync(HttpRequestMessage request)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}
