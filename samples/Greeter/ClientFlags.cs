using System.CommandLine;
using Micro;

namespace Greeter;

/// <summary>The client's own flags, in addition to those of the framework.</summary>
internal sealed class ClientFlags
{
    private readonly Option<string> _name = new("--name") { Description = "name to greet (default: World)" };
    private const long MaxCount = 1_000_000_000;
    private readonly Option<string> _count = new("--count") { Description = "calls, or messages of a stream, 1 to 1000000000 (default: 1)" };
    private readonly Option<string> _contentType = new("--content_type") { Description = "application/protobuf (default), application/json, application/grpc+proto, application/grpc+json, ..." };
    private readonly Option<string> _service = new("--service") { Description = "service to call (default: greeter)" };
    private readonly Option<bool> _stream = new("--stream") { Description = "call Greeter.Stream" };
    private readonly Option<bool> _pingPong = new("--pingpong") { Description = "call Greeter.PingPong" };
    private readonly Option<string> _address = new("--address") { Description = "host:port to call without a registry" };

    public Option[] All => [_name, _count, _contentType, _service, _stream, _pingPong, _address, .. Load.All];

    public LoadFlags Load { get; } = new();

    public string Name { get; private set; } = "World";

    public long Count { get; private set; } = 1;

    public string? ContentType { get; private set; }

    public string Service { get; private set; } = "greeter";

    public IReadOnlyList<string> Addresses { get; private set; } = [];

    public ClientMode Mode { get; private set; }

    /// <exception cref="MicroConfigurationException">A value is invalid.</exception>
    public void Read(ParseResult parsed)
    {
        var problems = new List<string>();
        Name = parsed.GetValue(_name) ?? Name;
        Count = LoadFlags.ReadNumber("--count", parsed.GetValue(_count), Count, MaxCount, problems);
        ContentType = parsed.GetValue(_contentType);
        Service = parsed.GetValue(_service) is { Length: > 0 } service ? service : Service;
        Addresses = ReadAddress(parsed.GetValue(_address), problems);
        Mode = Load.Read(parsed, problems) ? ClientMode.Load : parsed.GetValue(_stream) ? ClientMode.Stream : parsed.GetValue(_pingPong) ? ClientMode.PingPong : ClientMode.Hello;
        if (problems.Count > 0)
        {
            throw new MicroConfigurationException(problems);
        }
    }

    private static string[] ReadAddress(string? text, List<string> problems)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        if (!NodeAddress.TryParse(text, out var host, out var port) || port == 0 || Uri.CheckHostName(host) is UriHostNameType.Unknown)
        {
            problems.Add($"--address '{text}' must be host:port");
        }

        return [text];
    }
}
