using Micro.Registry;

namespace Micro.Bench.Rpc.Rows;

/// <summary>
/// Creates the complete client of this framework: service, selector and a registry with the server's record, as any other
/// has after its first answer.
/// </summary>
internal static class MicroClients
{
    public static MicroService Create(ServiceRecord record, int mostCallers, string? kind) => MicroService.Create(
        options => options
            .Name("bench.client")
            .AddRegistry("bench", _ => MemoryRegistry.Create(memory => memory.Services = [record]))
            .UseRegistry("bench")
            .IgnoreEnvironment()
            .ClientOptions(client =>
            {
                // HttpClient keeps any number of connections; so does this client, with more callers than the default.
                client.PoolSize = Math.Max(client.PoolSize, mostCallers);
            })
            .Logging(BenchLog.ToStandardError),
        kind is null ? [] : [$"--client={kind}"]);
}
