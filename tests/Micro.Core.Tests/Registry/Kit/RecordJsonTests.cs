using System.Text;
using System.Text.Json;

namespace Micro.Registry.Kit;

public sealed class RecordJsonTests
{
    private static readonly ServiceRecord Full = new()
    {
        Name = "greeter",
        Version = "1.0.0",
        Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
        Endpoints =
        [
            new Endpoint
            {
                Name = "Greeter.Hello",
                Request = new Value { Name = "Request", Type = "Request", Values = [new Value { Name = "name", Type = "string" }] },
                Metadata = new Dictionary<string, string> { ["idempotent"] = "true" },
            },
        ],
        Nodes = [new Node { Id = "greeter-1", Address = "127.0.0.1:9001" }],
    };

    [Fact]
    public void Write_FullRecord_HasGosOrderAndNulls() => Encoding.UTF8.GetString(RecordJson.Write(Full)).Should().Be(
        """{"name":"greeter","version":"1.0.0","metadata":{"a":"1","b":"2"},"endpoints":[{"request":{"name":"Request","type":"Request","values":[{"name":"name","type":"string","values":null}]},"response":null,"metadata":{"idempotent":"true"},"name":"Greeter.Hello"}],"nodes":[{"metadata":null,"id":"greeter-1","address":"127.0.0.1:9001"}]}""");

    [Fact]
    public void Write_EmptyRecord_HasNullForEveryCollection() =>
        Encoding.UTF8.GetString(RecordJson.Write(new ServiceRecord { Name = "x" })).Should().Be(
            """{"name":"x","version":"","metadata":null,"endpoints":null,"nodes":null}""");

    [Theory]
    [InlineData("<a>&'+`", "\"\\u003ca\\u003e\\u0026'+`\"")]
    [InlineData("grüße 😀", "\"grüße 😀\"")]
    [InlineData("q\"b\\s/", "\"q\\\"b\\\\s/\"")]
    [InlineData("\b\f\n\r\t\u0001\u001f\u007f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\u007f\"")]
    [InlineData("\u2028\u2029", "\"\\u2028\\u2029\"")]
    [InlineData("", "\"\"")]
    public void WriteString_Special_IsEscapedAsGoDoes(string text, string expected)
    {
        var record = new Node { Id = text, Address = "" };
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        RecordJson.WriteNode(output, record);

        Encoding.UTF8.GetString(output.WrittenSpan).Should().Be($"{{\"metadata\":null,\"id\":{expected},\"address\":\"\"}}");
    }

    [Fact]
    public void Write_LoneSurrogate_BecomesReplacementCharacter()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        Micro.Codecs.GoJsonText.Write("a\ud800b", output);

        Encoding.UTF8.GetString(output.WrittenSpan).Should().Be("\"a\ufffdb\"");
    }

    [Fact]
    public void TryRead_WhatWasWritten_IsTheSame()
    {
        RecordJsonReader.TryReadService(RecordJson.Write(Full), out var read).Should().BeTrue();

        read.Should().Be(Full);
    }

    [Fact]
    public void TryRead_OtherCasesNullsAndUnknownMembers_IsTolerant_R_REG_4()
    {
        var json = """
            {"NAME":"greeter","Version":null,"metadata":null,"unknown":{"a":[1,{"b":2}]},
             "Endpoints":[null,{"Name":"A.B","request":null,"METADATA":{"k":null}}],"nodes":[{"ID":"n","Address":"h:1","extra":7}]}
            """u8;

        RecordJsonReader.TryReadService(json, out var read).Should().BeTrue();

        read.Should().Be(new ServiceRecord
        {
            Name = "greeter",
            Endpoints = [new Endpoint { Name = "A.B", Metadata = new Dictionary<string, string> { ["k"] = "" } }],
            Nodes = [new Node { Id = "n", Address = "h:1" }],
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"name\":5}")]
    [InlineData("{\"nodes\":{}}")]
    [InlineData("{\"metadata\":[]}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("{} {}")]
    public void TryRead_NotARecord_IsRefused(string json) =>
        RecordJsonReader.TryReadService(Encoding.UTF8.GetBytes(json), out _).Should().BeFalse();

    [Fact]
    public void TryRead_InvalidUtf8_IsRefused() =>
        RecordJsonReader.TryReadService([.. "{\"name\":\""u8, 0xff, .. "\"}"u8], out _).Should().BeFalse();

    [Theory]
    [InlineData(20, true)]
    [InlineData(100_000, false)]
    public void TryRead_DeepValueTree_IsBounded_S17(int depth, bool expected)
    {
        var json = new StringBuilder("{\"name\":\"e\",\"request\":");
        json.Insert(json.Length, "{\"values\":[", depth).Append("null").Insert(json.Length, "]}", depth).Append('}');

        RecordJsonReader.TryReadEndpoint(Encoding.UTF8.GetBytes(json.ToString()), out _).Should().Be(expected);
    }

    [Fact]
    public void TryRead_TooManyEndpoints_IsRefused()
    {
        var json = $"{{\"endpoints\":[{string.Join(',', Enumerable.Repeat("{}", ServiceRecordRules.MaxEndpoints + 1))}]}}";

        RecordJsonReader.TryReadService(Encoding.UTF8.GetBytes(json), out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("mucp-v5.json")]
    [InlineData("grpc-v6.json")]
    public void Write_RecordedByGo_IsByteIdentical(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Recordings", "registration", file);
        var recorded = ServiceObject(JsonDocument.Parse(File.ReadAllBytes(path)).RootElement);
        var compact = JsonSerializer.SerializeToUtf8Bytes(recorded);
        RecordJsonReader.TryReadService(compact, out var read).Should().BeTrue();

        // Go keeps an empty map apart from none, records here do not.
        Encoding.UTF8.GetString(RecordJson.Write(read!)).Should().Be(
            Encoding.UTF8.GetString(compact).Replace("\"metadata\":{}", "\"metadata\":null", StringComparison.Ordinal));
    }

    private static JsonElement ServiceObject(JsonElement root) =>
        root.TryGetProperty("nodes", out _) ? root : root.EnumerateObject().First(member => IsService(member.Value)).Value;

    private static bool IsService(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("nodes", out _);
}
