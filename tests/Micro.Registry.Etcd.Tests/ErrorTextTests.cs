using System.Net;
using System.Net.Sockets;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Texts of errors when no member can be used: one line that names the cause.</summary>
public sealed class ErrorTextTests
{
    [Fact]
    public async Task GetService_NothingListens_TextNamesAddressAndCause()
    {
        using var listener = Listen();
        var address = AddressOf(listener);
        listener.Stop();

        (await TextAsync(address)).Should().Be($"etcd cannot be used: no connection: Connection refused ({address})");
    }

    [Fact]
    public async Task GetService_MemberHangs_TextNamesTheTime()
    {
        using var listener = Listen();

        (await TextAsync(AddressOf(listener))).Should().Match("etcd cannot be used: not answered within *s");
    }

    [Fact]
    public async Task GetService_MemberDoesNotCompleteTls_TextSaysNoConnection()
    {
        using var listener = Listen();

        // The connecting ends long before the operation, on a busy machine too.
        (await TextAsync(AddressOf(listener), options => (options.Secure, options.Timeout) = (true, TimeSpan.FromSeconds(30)))).Should().Be("etcd cannot be used: no connection in time");
    }

    [Fact]
    public async Task GetService_ServerSpeaksHttp1_TextIsOneLineAndNamesHttp2()
    {
        using var listener = Listen();
        var serving = AnswerAsync(listener);

        (await TextAsync(AddressOf(listener))).Should().Match("etcd cannot be used: *HTTP/2*").And.NotContain("\n").And.NotContain("Exception");
        await serving;
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static string AddressOf(TcpListener listener) => listener.LocalEndpoint.ToString()!;

    private static async Task AnswerAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte[24]);
        await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

        // Closed with bytes unread the socket would send a reset, which can overtake the answer.
        client.Client.Shutdown(SocketShutdown.Send);
        try
        {
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // The registry closed its side the hard way; it has its answer.
        }
    }

    private static async Task<string> TextAsync(string address, Action<EtcdRegistryOptions>? configure = null)
    {
        await using var registry = EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(address);
            options.Timeout = TimeSpan.FromSeconds(2);
            options.ConnectTimeout = TimeSpan.FromSeconds(0.5);
            configure?.Invoke(options);
        });
        var get = () => registry.GetServiceAsync("x");

        return (await get.Should().ThrowAsync<RegistryUnavailableException>()).Which.Message;
    }
}
