using Micro.Client;

namespace Micro.Testing.Tests;

internal static class HostCalls
{
    public static Task<EchoResponse> SayAsync(this IMicroClient client, string text = "hello", CallOptions? options = null) =>
        client.CallAsync<EchoRequest, EchoResponse>("echo", "Echo.Say", new EchoRequest { Text = text }, options);

    public static Task<MicroService> StartEchoAsync(this MicroTestHost host, Echo? echo = null, Action<MicroServiceOptions>? configure = null) =>
        host.StartAsync("echo", service => service.Handle(echo ?? new Echo()), configure);
}
