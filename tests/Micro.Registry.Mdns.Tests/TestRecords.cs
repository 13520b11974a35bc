namespace Micro.Registry.Mdns.Tests;

/// <summary>Records that tests register.</summary>
internal static class TestRecords
{
    public static ServiceRecord Greeter(string id = "greeter-1", string address = "127.0.0.1:9001", string version = "1.0.0", string name = "greeter") => new()
    {
        Name = name,
        Version = version,
        Endpoints =
        [
            new Endpoint
            {
                Name = "Greeter.Hello",
                Request = new Value { Name = "Request", Type = "Request", Values = [new Value { Name = "name", Type = "string" }] },
                Response = new Value { Name = "Response", Type = "Response", Values = [new Value { Name = "msg", Type = "string" }] },
            },
        ],
        Nodes = [new Node { Id = id, Address = address, Metadata = new Dictionary<string, string> { ["protocol"] = "mucp" } }],
    };
}
