using System.Globalization;
using Micro.Registry;

namespace Micro.Microbenchmarks;

/// <summary>Creates services of a given size.</summary>
internal static class Fleet
{
    public const string Service = "greeter";

    public static ServiceRecord RecordOf(int nodes) => new()
    {
        Name = Service,
        Version = "1.2.0",
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "greetings" },
        Endpoints = [EndpointOf("Greeter.Hello"), EndpointOf("Greeter.Stream"), EndpointOf("Greeter.PingPong")],
        Nodes = [.. Enumerable.Range(0, nodes).Select(static index => NodeOf(index, "0"))],
    };

    public static Node NodeOf(int index, string revision) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{Service}-{index:D6}"),
        Address = string.Create(CultureInfo.InvariantCulture, $"10.{index >> 16}.{(index >> 8) & 255}.{index & 255}:8080"),
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["protocol"] = "mucp",
            ["transport"] = "http",
            ["server"] = "mucp",
            ["registry"] = "memory",
            ["revision"] = revision,
        },
    };

    private static Endpoint EndpointOf(string name) => new()
    {
        Name = name,
        Request = new Value { Name = "Request", Type = "Request", Values = [new Value { Name = "name", Type = "string" }] },
        Response = new Value { Name = "Response", Type = "Response", Values = [new Value { Name = "msg", Type = "string" }] },
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["idempotent"] = "true" },
    };
}
