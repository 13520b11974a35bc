using System.Text;
using Greeter;
using Micro.Registry.Kit;

namespace Micro.Bench.Serving;

/// <summary>A complete service of this framework, with registry, registration loop and handler object, as in an application.</summary>
internal sealed class MicroEchoServer : IBenchServer
{
    public const string Service = "greeter";
    public const string Endpoint = "Greeter.Hello";
    private readonly MicroService _service;

    private MicroEchoServer(MicroService service, ServerReady ready)
    {
        _service = service;
        Ready = ready;
    }

    public ServerReady Ready { get; }

    /// <param name="handler">The handler; <see langword="null"/> for a plain object.</param>
    public static async Task<MicroEchoServer> StartAsync(object? handler = null)
    {
        var service = MicroService.Create(static options => options
            .Name(Service)
            .Address("127.0.0.1:0")
            .UseMemory()
            .IgnoreEnvironment()
            .HandleSignals(false)
            .ServerOptions(static server =>
            {
                server.DrainDelay = TimeSpan.Zero;

                // All callers of a measurement are one peer.
                server.Limits.MaxConnectionsPerPeer = server.Limits.MaxConnections;
            })
            .Logging(BenchLog.ToStandardError));
        service.Handle(handler ?? new EchoHandler(), static options => options.Name = "Greeter");
        await service.StartAsync();
        var record = service.Server.Record!;
        return new MicroEchoServer(service, new ServerReady(record.Nodes[0].Address, Record: Encoding.UTF8.GetString(RecordJson.Write(record))));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync(new CancellationToken(canceled: true));
        await _service.DisposeAsync();
    }

    private sealed class EchoHandler
    {
        public Response Hello(Request request) => new() { Msg = request.Name };
    }
}
