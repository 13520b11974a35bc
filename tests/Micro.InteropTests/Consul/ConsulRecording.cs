using System.Text.Json;
using Micro.Registry;
using Micro.Registry.Consul.Records;

namespace Micro.InteropTests.Consul;

/// <summary>One recorded exchange between go-micro and Consul.</summary>
internal sealed record ConsulExchange(string Method, string Target, JsonElement? Body, ScriptedAnswer? Answer);

/// <summary>A recording, and a server that answers as Consul did.</summary>
internal static class ConsulRecording
{
    public static IEnumerable<string> Names => ["register-one", "get", "get-missing", "list", "server-default", "server-heartbeat", "watch"];

    public static JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", "consul", name + ".json")));
        return document.RootElement.Clone();
    }

    /// <summary>The exchanges without go-micro's probing of the agent, which needs rights that a service has no use for.</summary>
    public static IReadOnlyList<ConsulExchange> Exchanges(string name) =>
    [
        .. Read(name).GetProperty("exchanges").EnumerateArray()
            .Where(exchange => exchange.GetProperty("target").GetString() != "/v1/agent/host")
            .Select(exchange => new ConsulExchange(
                exchange.GetProperty("method").GetString()!,
                exchange.GetProperty("target").GetString()!,
                exchange.GetProperty("request").TryGetProperty("body_json", out var body) ? body : null,
                AnswerOf(exchange))),
    ];

    /// <summary>The registration bodies of a recording, read back as the record that was registered.</summary>
    public static ServiceRecord RecordOf(JsonElement body)
    {
        var tags = TagsOf(body);
        return new ServiceRecord
        {
            Name = body.GetProperty("Name").GetString()!,
            Version = tags.Version!,
            Endpoints = tags.Endpoints,
            Nodes =
            [
                new Node
                {
                    Id = body.GetProperty("ID").GetString()!,
                    Address = NodeAddress.Format(body.GetProperty("Address").GetString()!, body.GetProperty("Port").GetInt32()),
                    Metadata = tags.Metadata,
                },
            ],
        };
    }

    public static TagReader TagsOf(JsonElement body) => TagReader.Read(body.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString()));

    /// <summary>Answers the n-th request as recorded; what the recording does not hold is unknown, and what it left open is held.</summary>
    public static Task<ScriptedHttpServer> ReplayAsync(string name)
    {
        var exchanges = Exchanges(name);
        var next = 0;
        return ScriptedHttpServer.StartAsync(async (request, aborted) =>
        {
            if (request.Target.StartsWith("/v1/internal/", StringComparison.Ordinal))
            {
                return new ScriptedAnswer(404);
            }

            // go-micro passes a check without a look at whose it is.
            if (IsLook(request))
            {
                return next == 0 ? new ScriptedAnswer(404) : new ScriptedAnswer(200, Instance(exchanges[0].Body!.Value));
            }

            return next < exchanges.Count && exchanges[next++].Answer is { } answer ? answer : await ScriptedHttpServer.HoldAsync(aborted);
        });
    }

    /// <summary>Returns <see langword="true"/> if the request asks whether an id is registered from this address.</summary>
    public static bool IsLook(ScriptedRequest request) => request.Target.StartsWith("/v1/agent/health/service/id/", StringComparison.Ordinal);

    private static string Instance(JsonElement body) => JsonSerializer.Serialize(new
    {
        AggregatedStatus = "passing",
        Service = new { Address = body.GetProperty("Address").GetString(), Port = body.GetProperty("Port").GetInt32() },
    });

    private static ScriptedAnswer? AnswerOf(JsonElement exchange)
    {
        if (!exchange.TryGetProperty("response", out var response) || response.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var headers = response.GetProperty("headers").EnumerateArray()
            .Select(header => (Name: header[0].GetString()!, Value: header[1].GetString()!))
            .Where(header => header.Name.StartsWith("X-", StringComparison.Ordinal))
            .ToDictionary(header => header.Name, header => header.Value);
        var body = response.TryGetProperty("body_json", out var json) ? json.GetRawText()
            : response.TryGetProperty("body_text", out var text) ? text.GetString()! : "";
        var status = int.Parse(response.GetProperty("start_line").GetString()!.Split(' ')[1]);
        return new ScriptedAnswer(status, body, headers);
    }
}
