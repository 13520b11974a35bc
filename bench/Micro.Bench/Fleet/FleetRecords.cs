using Micro.Registry;

namespace Micro.Bench.Fleet;

/// <summary>The records of a fleet, like those a server with three endpoints registers.</summary>
internal sealed class FleetRecords(FleetSettings settings)
{
    private static readonly IReadOnlyList<Endpoint> Endpoints = [.. new[] { "Greeter.Hello", "Greeter.Goodbye", "Greeter.Health" }.Select(MakeEndpoint)];

    // Unique to this run, so that a server with other records can be used.
    private readonly string _run = $"fleet-{Guid.NewGuid():N}"[..14];

    public string Name(int service) => $"{_run}-{service:D5}";

    public bool IsOurs(ServiceRecord record) => record.Name.StartsWith(_run, StringComparison.Ordinal);

    public IEnumerable<ServiceRecord> All() =>
        from service in Enumerable.Range(0, settings.Services)
        from node in Enumerable.Range(0, settings.Nodes)
        select Make(service, node);

    public ServiceRecord Make(int service, int node) => new()
    {
        Name = Name(service),
        Version = "1.0.0",
        Endpoints = Endpoints,
        Nodes =
        [
            new Node
            {
                Id = $"{Name(service)}-{node:D5}",
                Address = $"10.{service / 250 % 250}.{service % 250}.{(node % 250) + 1}:{10_000 + (node / 250)}",
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["protocol"] = "mucp",
                    ["server"] = "mucp",
                    ["transport"] = "http",
                    ["zone"] = $"zone-{node % 3}",
                },
            },
        ],
    };

    private static Endpoint MakeEndpoint(string name) => new()
    {
        Name = name,
        Request = new Value { Name = "Request", Type = "Request", Values = [new Value { Name = "name", Type = "string" }] },
        Response = new Value { Name = "Response", Type = "Response", Values = [new Value { Name = "msg", Type = "string" }] },
    };
}
