using System.Net;
using System.Text;
using System.Threading.Channels;
using Micro.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Micro.Tests.Http;

/// <summary>What gRPC libraries need of a handler: HTTP/2, both bodies open at once, trailers, nothing held back.</summary>
public sealed class StreamingTests : DiscoveryTest
{
    [Fact]
    public async Task Post_Http2BothWays_MessagesAndTrailersPassAsTheyCome()
    {
        await using var node = await WebNode.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["x-authority"] = context.Request.Host.Value;
                await context.Response.Body.FlushAsync(); // sends the headers
                var buffer = new byte[1024];
                for (var read = 0; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
                {
                    await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                    await context.Response.Body.FlushAsync();
                }

                context.Response.AppendTrailer("grpc-status", "0");
            },
            HttpProtocols.Http2);
        Selector.Nodes = [WebNode.Gone(), node.Node];
        using var invoker = new HttpMessageInvoker(new MicroDiscoveryHandler(Selector) { InnerHandler = new SocketsHttpHandler { UseProxy = false } });
        var messages = Channel.CreateUnbounded<string>();
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://orders/Orders/Chat")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "TE", "trailers" } },
            Content = new PushContent(async stream =>
            {
                await stream.FlushAsync(); // sends the headers
                await foreach (var message in messages.Reader.ReadAllAsync())
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(message));
                    await stream.FlushAsync();
                }
            }),
        };

        using var response = await invoker.SendAsync(request, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        response.Version.Should().Be(HttpVersion.Version20);
        response.Headers.GetValues("x-authority").Should().Equal(node.Address);
        await using var body = await response.Content.ReadAsStreamAsync();
        (await ExchangeAsync("first")).Should().Be("first");
        (await ExchangeAsync("second")).Should().Be("second");
        messages.Writer.Complete();
        (await body.ReadAsync(new byte[1])).Should().Be(0);
        response.TrailingHeaders.GetValues("grpc-status").Should().Equal("0");
        Reports.Should().Equal("gone: Connect", $"{node.Node.Id}: answered");

        async Task<string> ExchangeAsync(string message)
        {
            await messages.Writer.WriteAsync(message);
            var buffer = new byte[message.Length];
            await body.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            return Encoding.UTF8.GetString(buffer);
        }
    }

    [Fact]
    public async Task Get_ResponseWithoutEnd_IsReadWhileItComes()
    {
        await using var node = await WebNode.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var client = ClientOver(node.Node);

        await using var body = await client.GetStreamAsync(new Uri("http://orders/")).WaitAsync(TimeSpan.FromSeconds(20));
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        Encoding.UTF8.GetString(buffer).Should().Be("begin");
    }
}
