using System.Text;
using System.Text.Json;
using Micro.Registry.Kit;
using Micro.Registry.Consul.Records;

namespace Micro.InteropTests.Consul;

/// <summary>Every tag that was recorded from go-micro is read.</summary>
public sealed class ConsulTagTests
{
    public static TheoryData<string> Names => [.. ConsulRecording.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EveryRecordedTag_HasItsRecordedContent(string name)
    {
        var tags = Find(ConsulRecording.Read(name), "tags_decoded").SelectMany(list => list.EnumerateArray()).ToList();
        foreach (var tag in tags)
        {
            var text = tag.GetProperty("tag").GetString()!;
            var expected = tag.GetProperty("decoded_text").GetString()!;

            RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(text[2..]), out var content).Should().BeTrue(text);
            Encoding.UTF8.GetString(content!).Should().Be(expected);
            var read = TagReader.Read([text]);
            read.Problem.Should().BeNull();
            (read.Version is not null || read.Metadata.Count == 1 || read.Endpoints.Count == 1).Should().BeTrue(text);
        }

        if (name is "register-one" or "server-heartbeat" or "server-default")
        {
            tags.Should().NotBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EveryTagInAnyAnswer_IsReadable(string name)
    {
        foreach (var tag in Strings(ConsulRecording.Read(name)).Where(text => text is ['t' or 'e' or 'v', '-', '7', '8', ..]))
        {
            TagReader.Read([tag]).Problem.Should().BeNull();
        }
    }

    private static IEnumerable<JsonElement> Find(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.Name == name ? [member.Value] : Find(member.Value, name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Find(item, name)),
        _ => [],
    };

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
