using Micro.Registry;

namespace Micro.Bench.Rpc.Rows;

/// <summary>
/// Makes the client of ours, whole: service, selector and a registry that holds the server's record as any other would
/// after its first answer.
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
                // HttpClient keeps any number of connections: with more callers than the default, so does this one.
                client.PoolSize = Math.Max(client.PoolSize, mostCallers);
            })
            .Logging(BenchLog.ToStandardError),
        kind is null ? [] : [$"--client={kind}"]);
}
