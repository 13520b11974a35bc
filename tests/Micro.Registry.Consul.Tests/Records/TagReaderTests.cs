using System.Text;
using Micro.Registry.Consul.Records;
using Micro.Registry.Kit;

namespace Micro.Registry.Consul.Tests.Records;

/// <summary>Tags beyond what was recorded: old forms, mixtures, other tools' tags, hostile ones.</summary>
public sealed class TagReaderTests
{
    [Fact]
    public void Read_OldPlainForms_AreRead()
    {
        var tags = TagReader.Read(["t={\"zone\":\"a\"}", "e={\"name\":\"Greeter.Hello\"}", "v=0.9"]);

        tags.Version.Should().Be("0.9");
        tags.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["zone"] = "a" });
        tags.Endpoints.Should().ContainSingle().Which.Name.Should().Be("Greeter.Hello");
    }

    [Fact]
    public void Read_BothForms_FirstOfAKindWins()
    {
        var packed = "t-" + RecordCompression.Pack("{\"zone\":\"packed\"}"u8);

        TagReader.Read([packed, "t={\"zone\":\"plain\"}", "v=1"]).Metadata["zone"].Should().Be("packed");
        TagReader.Read(["t={\"zone\":\"plain\"}", packed, "v=1"]).Metadata["zone"].Should().Be("plain");
    }

    [Theory]
    [InlineData("v-canary")]
    [InlineData("t-shirt")]
    [InlineData("e=mc2")]
    [InlineData("traefik.enable=true")]
    [InlineData("v-")]
    [InlineData("")]
    public void Read_TagsOfOtherTools_AreLeftOut(string tag)
    {
        var tags = TagReader.Read([tag, null, "v-" + RecordCompression.Pack("1"u8)]);

        tags.Problem.Should().BeNull();
        tags.Version.Should().Be("1");
        tags.Endpoints.Should().BeEmpty();
    }

    [Fact]
    public void Read_ZipBomb_IsAProblemAndCostsLittle_S3()
    {
        var bomb = "e-" + RecordCompression.Pack(new byte[8 * 1024 * 1024]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        TagReader.Read([bomb]).Problem.Should().NotBeNull();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2 * RecordCompression.MaxUnpackedBytes);
    }

    [Fact]
    public void Read_TruncatedTag_IsAProblem_S3()
    {
        var whole = "v-" + RecordCompression.Pack(Encoding.UTF8.GetBytes(new string('1', 100)));

        TagReader.Read([whole[..^2]]).Problem.Should().NotBeNull();
    }

    [Fact]
    public void Write_ThenRead_GivesTheRecordBack()
    {
        var node = new Node { Id = "n", Address = "127.0.0.1:1", Metadata = new Dictionary<string, string> { ["a"] = "1", ["dotted.key"] = "<ü>" } };
        var record = new ServiceRecord
        {
            Name = "greeter",
            Version = "",
            Metadata = new Dictionary<string, string> { ["team"] = "blue" },
            Endpoints = [new Endpoint { Name = "Greeter.Hello" }],
            Nodes = [node],
        };

        var tags = TagReader.Read(TagWriter.Write(record, node, new ConsulRegistryOptions()));

        tags.Version.Should().Be("");
        tags.Metadata.Should().BeEquivalentTo(node.Metadata);
        tags.ServiceMetadata.Should().BeEquivalentTo(record.Metadata);
        tags.Endpoints.Should().Equal(record.Endpoints);
    }

    [Fact]
    public void Write_RawTagsAndNoEndpoints_AsTheOptionsSay()
    {
        var node = new Node { Id = "n", Address = "127.0.0.1:1" };
        var options = new ConsulRegistryOptions { EndpointTags = false };
        options.Tags.Add("traefik.enable=true");

        var tags = TagWriter.Write(new ServiceRecord { Name = "greeter", Version = "1", Endpoints = [new Endpoint { Name = "A.B" }], Nodes = [node] }, node, options);

        tags.Should().HaveCount(2).And.Contain("traefik.enable=true").And.Contain(tag => tag.StartsWith("v-"));
    }
}
