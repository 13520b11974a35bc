using System.Net;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Tests.Records;

public sealed class PacketBudgetTests
{
    private static readonly MdnsNames Names = new("micro");

    [Fact]
    public void Fit_SmallRecord_IsKeptWhole()
    {
        Fit(TestRecords.Greeter(), out var bytes, out var isReduced).Endpoints.Should().Equal(TestRecords.Greeter().Endpoints);

        isReduced.Should().BeFalse();
        bytes.Should().BeLessThan(PacketBudget.PreferredBytes);
    }

    [Fact]
    public void Fit_ManyTypeTrees_LosesTheTreesFirst_R_MDNS_3()
    {
        var record = TestRecords.Greeter() with { Endpoints = Endpoints(40, noise: false) };

        var payload = Fit(record, out var bytes, out var isReduced);

        isReduced.Should().BeTrue();
        bytes.Should().BeLessThanOrEqualTo(PacketBudget.PreferredBytes);
        payload.Endpoints.Select(endpoint => endpoint.Name).Should().Equal(record.Endpoints.Select(endpoint => endpoint.Name));
        payload.Endpoints.Should().OnlyContain(endpoint => endpoint.Request == null && endpoint.Response == null);
    }

    [Fact]
    public void Fit_ManyLongNames_LosesTheEndpoints_R_MDNS_3()
    {
        var payload = Fit(TestRecords.Greeter() with { Endpoints = Endpoints(200, noise: true) }, out var bytes, out var isReduced);

        isReduced.Should().BeTrue();
        bytes.Should().BeLessThanOrEqualTo(PacketBudget.PreferredBytes);
        payload.Endpoints.Should().BeEmpty();
    }

    [Fact]
    public void Fit_MetadataBetweenTheLimits_IsSentFragmented()
    {
        Fit(WithNoise(1500), out var bytes, out _);

        bytes.Should().BeInRange(PacketBudget.PreferredBytes + 1, PacketBudget.MaxBytes);
    }

    [Fact]
    public void Fit_MetadataAboveTheHardLimit_IsRefusedNamingTheSize_R_MDNS_3()
    {
        var fit = () => Fit(WithNoise(9000), out _, out _);

        fit.Should().Throw<ArgumentException>().WithMessage("*needs * bytes*8900*");
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("a..b", "x")]
    [InlineData(".a", "x")]
    [InlineData("a.", "x")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234", "x")]
    [InlineData("a", "_services")]
    public void Fit_NamesThatDoNotFitDns_AreRefused(string id, string service)
    {
        var fit = () => Fit(TestRecords.Greeter(id, name: service), out _, out _);

        fit.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(55, 8, "*choose a shorter id (--server_id)*")]
    [InlineData(10, 60, "*choose a shorter id (--server_id)*")]
    [InlineData(62, 1, "*choose a shorter name or another registry*")]
    public void Fit_NameAndIdTooLong_SaysWhichOneToShorten(int nameLength, int idLength, string message)
    {
        var name = new string('n', nameLength);
        var fit = () => Fit(TestRecords.Greeter($"{name}-{new string('i', idLength)}", name: name), out _, out _);

        fit.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData("a.b", "c.d")]
    [InlineData(@"back\slash", "x")]
    [InlineData("grüße", "größe")]
    public void Names_OddIdsAndServices_RoundTrip(string id, string service)
    {
        var instance = Names.Instance(service, id);

        Names.TryGetId(instance, service, out var read).Should().BeTrue();
        read.Should().Be(id);
        Names.PossibleServices(instance).Should().Contain(service);
        Names.TryGetListed(Names.ListInstance(service), out var listed).Should().BeTrue();
        listed.Should().Be(service);
    }

    private static TxtPayload Fit(ServiceRecord record, out int bytes, out bool isReduced)
    {
        var records = PacketBudget.Fit(Names, "vm.", record, record.Nodes[0], IPAddress.Loopback, 9001, out bytes, out isReduced);
        TxtPayload.TryUnpack(records.Text, out var payload, out _).Should().BeTrue();
        return payload!;
    }

    private static ServiceRecord WithNoise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        var record = TestRecords.Greeter();
        return record with { Nodes = [record.Nodes[0] with { Metadata = new Dictionary<string, string> { ["noise"] = Convert.ToBase64String(noise) } }] };
    }

    private static Endpoint[] Endpoints(int count, bool noise)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(index => new Endpoint
        {
            Name = noise ? $"Handler{random.NextInt64()}.Method{random.NextInt64()}" : $"Handler.Method{index}",
            Request = new Value { Name = "R", Type = "R", Values = [.. Enumerable.Range(0, 5).Select(field => new Value { Name = $"field{random.Next()}", Type = "string" })] },
        })];
    }
}
